"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const [LABEL, NAME, STAGE, X, Y, COLUMN, REASON, WORDS, FACTS, MAKERS, NOTE] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const [FROM, TO, ROLE, AMOUNT, BASIS] = [0, 1, 2, 3, 4];
  const at = (id) => document.getElementById(id);
  const find = at("find"), found = at("found"), reach = at("reach"), panel = at("panel"), canvas = at("canvas");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const hiddenStages = new Set(), hiddenRoles = new Set();
  let selected = null, matches = null, colours = {};

  const inputs = data.nodes.map(() => []), consumers = data.nodes.map(() => []);
  data.edges.forEach((edge, number) => { inputs[edge[TO]].push(number); consumers[edge[FROM]].push(number); });

  const makerNames = data.organizations.map((names) => names.join(" · ").toLowerCase());
  const words = data.nodes.map((row) => [row[NAME].toLowerCase(), row[WORDS], ...row[MAKERS].map(([maker]) => makerNames[maker])].join(" · "));
  for (const row of data.nodes) element("option", undefined, at("names")).value = row[NAME];

  // Colours come from the style sheet, so that dark mode and print change one place.
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["paper", "ink", "band", "link", "up", "down", "alarm", "outline"]) colours[name] = style.getPropertyValue("--" + name).trim();
  }

  // A stage that is switched off takes no room: what stands right of it moves up.
  function offsets() {
    const gap = data.stages.length > 1 ? data.stages[1][2] - data.stages[0][3] : 0;
    let gone = 0;
    return data.stages.map(([, , left, right], stage) => {
      const offset = gone;
      if (hiddenStages.has(stage)) gone += right - left + gap;
      return { offset, gone };
    });
  }

  // Steps from the selected node to each node that it needs, or that needs it.
  function steps(edgesOf, end) {
    const seen = new Map([[selected, 0]]), queue = [selected];
    for (const node of queue) {
      if (seen.get(node) >= Number(reach.value)) continue;
      for (const number of edgesOf[node]) {
        const next = data.edges[number][end];
        if (!seen.has(next)) { seen.set(next, seen.get(node) + 1); queue.push(next); }
      }
    }
    return seen;
  }

  function look() {
    const up = selected === null ? null : steps(inputs, FROM);
    const down = selected === null ? null : steps(consumers, TO);
    const shift = offsets();
    const lit = (node) => selected !== null ? up.has(node) || down.has(node) : matches === null || matches.has(node);
    const nodes = data.nodes.map((row, id) => {
      const bright = lit(id), choke = row[REASON] !== "";
      const border = id === selected ? colours.ink : choke ? colours.alarm : colours.outline;
      const width = id === selected ? 4 : choke ? 3.5 : colours.outline === "transparent" ? 0 : 1;
      const paint = { background: data.colours[row[STAGE]], border };
      return {
        id, label: row[LABEL], title: row[NAME] + (choke ? "\n◆ " + row[REASON] : ""), x: row[X] - shift[row[STAGE]].offset, y: row[Y],
        hidden: hiddenStages.has(row[STAGE]), opacity: bright ? 1 : 0.13, borderWidth: width, borderWidthSelected: width,
        font: { color: bright ? "#ffffff" : colours.ink + "55" },
        color: { ...paint, highlight: paint, hover: paint },
      };
    });
    const edges = data.edges.map((row, id) => {
      const isUp = up !== null && up.has(row[FROM]) && up.has(row[TO]) && up.get(row[TO]) < Number(reach.value);
      const isDown = down !== null && down.has(row[FROM]) && down.has(row[TO]) && down.get(row[FROM]) < Number(reach.value);
      const near = isUp ? up.get(row[TO]) : isDown ? down.get(row[FROM]) : 0;
      const width = data.roles[row[ROLE]][1], traced = isUp || isDown;
      const opacity = traced ? [0.95, 0.4, 0.2][Math.min(near, 2)] : width < 1 ? 0.16 : width < 1.5 ? 0.3 : 0.42;
      const off = hiddenRoles.has(row[ROLE]) || [row[FROM], row[TO]].some((node) => hiddenStages.has(data.nodes[node][STAGE]));
      const idle = !traced && (selected !== null || matches !== null);
      return {
        id, hidden: off || idle, width: traced && near === 0 ? width + 1 : width,
        color: { color: isUp ? colours.up : isDown ? colours.down : colours.link, opacity, inherit: false },
      };
    });
    return { nodes, edges };
  }

  readColours();
  const first = look();
  first.edges.forEach((edge, number) => {
    const [from, to] = data.edges[number];
    const bent = data.nodes[from][COLUMN] === data.nodes[to][COLUMN];
    const wide = Math.abs(data.nodes[to][X] - data.nodes[from][X]), high = data.nodes[to][Y] - data.nodes[from][Y];
    // Inside a column links bend to the left, by about as much whatever their length; between
    // columns they run level until they are clear of the boxes at both ends.
    Object.assign(edge, { from, to, smooth: bent
      ? { type: high > 0 ? "curvedCCW" : "curvedCW", roundness: Math.min(0.5, 110 / Math.max(1, Math.abs(high))) }
      : { type: "cubicBezier", forceDirection: "horizontal", roundness: Math.min(0.85, 0.42 + data.size[2] / 2 / wide) } });
  });
  const nodes = new vis.DataSet(first.nodes), edges = new vis.DataSet(first.edges);
  const network = new vis.Network(canvas, { nodes, edges }, {
    autoResize: true,
    physics: { enabled: false },
    layout: { improvedLayout: false },
    interaction: {
      hover: true, hideEdgesOnDrag: true, multiselect: false, tooltipDelay: 120,
      keyboard: { enabled: true, bindToWindow: false }, selectConnectedEdges: false, hoverConnectedEdges: false,
    },
    nodes: {
      shape: "box", margin: { top: 3, bottom: 3, left: 4, right: 4 }, widthConstraint: { minimum: data.size[2] - 8 },
      font: { size: 13, face: "system-ui, Segoe UI, Roboto, sans-serif" }, shapeProperties: { borderRadius: 4 }, chosen: false,
    },
    edges: { arrows: { to: { enabled: true, scaleFactor: 0.35 } }, selectionWidth: 1, hoverWidth: 0, chosen: false },
  });

  network.on("beforeDrawing", (pen) => {
    const shift = offsets();
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = "600 16px system-ui, Segoe UI, Roboto, sans-serif";
    data.stages.forEach(([, title, left, right], stage) => {
      if (hiddenStages.has(stage)) return;
      pen.fillStyle = colours.band;
      pen.fillRect(left - shift[stage].offset - 8, 8, right - left + 16, data.size[1] - 16);
      pen.fillStyle = colours.ink;
      pen.fillText(title, (left + right) / 2 - shift[stage].offset, 27);
    });
  });

  function shownWidth() {
    const shift = offsets();
    return data.size[0] - (shift.length ? shift[shift.length - 1].gone : 0);
  }

  function fit(animated) {
    const width = shownWidth();
    const whole = Math.min(canvas.clientWidth / width, canvas.clientHeight / data.size[1]);
    const scale = Math.min(Math.max(whole, canvas.clientWidth < 720 ? 0.5 : 0.1), 1.6);
    network.moveTo({ position: { x: width / 2, y: data.size[1] / 2 }, scale, animation: animated && !calm.matches ? { duration: 250 } : false });
  }

  function draw() {
    const now = look();
    nodes.update(now.nodes);
    edges.update(now.edges);
  }

  function element(name, text, parent) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  }

  function nodeButton(list, node, text) {
    const item = element("li", undefined, list), button = element("button", (data.nodes[node][REASON] ? "◆ " : "") + data.nodes[node][NAME], item);
    button.type = "button";
    button.style.setProperty("--stage", data.colours[data.nodes[node][STAGE]]);
    button.addEventListener("click", () => select(node, true));
    if (text) element("small", " " + text, item);
    return item;
  }

  // References in brackets to the list of sources at the end of the panel.
  function cite(parent, rows, cited) {
    for (const row of rows) {
      if (!cited.includes(row)) cited.push(row);
      const link = element("a", "[" + (cited.indexOf(row) + 1) + "]", element("small", " ", parent));
      link.title = data.sources[row][0] + ": " + data.sources[row][1];
      address(link, row);
    }
  }

  function address(link, row) {
    if (!/^https?:\/\//i.test(data.sources[row][3])) return;
    link.href = data.sources[row][3];
    link.rel = "noopener";
    link.target = "_blank";
  }

  function table(rows, fill) {
    const body = element("tbody", undefined, element("table", undefined, panel));
    rows.forEach((row) => {
      const line = element("tr", undefined, body), head = element("th", undefined, line);
      head.scope = "row";
      fill(row, head, element("td", undefined, line));
    });
  }

  function showNode() {
    const row = data.nodes[selected], cited = [];
    panel.replaceChildren();
    element("h2", row[NAME], panel);
    element("p", data.stages[row[STAGE]][1], panel).className = "stage-name";
    if (row[REASON]) element("p", "◆ Chokepoint: " + row[REASON], panel).className = "alarm";
    table(row[FACTS], ([name, text, sources], head, cell) => { head.textContent = name; cell.textContent = text; cite(cell, sources, cited); });
    if (row[NOTE]) element("p", row[NOTE], panel);
    element("h3", "Made by (" + row[MAKERS].length + ")", panel);
    if (row[MAKERS].length) table(row[MAKERS], ([maker, country, text, sources], head, cell) => {
      head.textContent = data.organizations[maker][0] + " (" + country + ")";
      cell.textContent = text;
      cite(cell, sources, cited);
    });
    else element("p", "No maker in the data.", panel);
    data.roles.forEach(([role], number) => listLinks("Needs: " + role, inputs[selected].filter((e) => data.edges[e][ROLE] === number), FROM, cited));
    listLinks("Feeds", consumers[selected], TO, cited);
    if (!cited.length) return;
    element("h3", "Sources", panel);
    const list = element("ol", undefined, panel);
    for (const number of cited) {
      const [publisher, title, date] = data.sources[number], item = element("li", undefined, list);
      address(element("a", title, item), number);
      element("span", " " + [publisher, date].filter(Boolean).join(", "), item);
    }
  }

  function listLinks(title, numbers, end, cited) {
    if (!numbers.length) return;
    element("h3", title + " (" + numbers.length + ")", panel).className = end === FROM ? "up" : "down";
    const list = element("ul", undefined, panel);
    for (const number of numbers) cite(nodeButton(list, data.edges[number][end], data.edges[number][AMOUNT]), data.edges[number][BASIS], cited);
  }

  function showMatches() {
    panel.replaceChildren();
    element("h2", matches.size + " found", panel);
    const list = element("ul", undefined, panel);
    for (const node of matches) nodeButton(list, node, data.stages[data.nodes[node][STAGE]][1].toLowerCase());
  }

  function open(shown) {
    if (panel.hidden !== shown) return;
    panel.hidden = !shown;
    // The canvas has another width now: keep the whole picture in sight if it was.
    requestAnimationFrame(() => { network.setSize("100%", "100%"); network.redraw(); fit(false); });
  }

  function bringIntoView() {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (selected === null) return;
      const { x, y } = network.getPosition(selected), dom = network.canvasToDOM({ x, y });
      const inside = dom.x > 40 && dom.y > 20 && dom.x < canvas.clientWidth - 40 && dom.y < canvas.clientHeight - 20;
      if (!inside) network.moveTo({ position: { x, y } });
    }));
  }

  function select(node, byName) {
    const stage = data.nodes[node][STAGE];
    if (hiddenStages.has(stage)) toggle(document.querySelectorAll("button.stage")[stage]);
    selected = node;
    matches = null;
    if (byName) { find.value = data.nodes[node][NAME]; found.textContent = "traced"; }
    network.selectNodes([node], false);
    draw();
    showNode();
    panel.scrollTop = 0;
    open(true);
    if (byName) bringIntoView();
    canvas.dataset.selected = data.nodes[node][NAME];
  }

  function toggle(button) {
    const stage = Number(button.dataset.stage), shown = hiddenStages.has(stage);
    if (shown) hiddenStages.delete(stage); else hiddenStages.add(stage);
    button.setAttribute("aria-pressed", String(shown));
    draw();
    fit(true);
  }

  function clear() {
    selected = matches = null;
    find.value = found.textContent = "";
    network.unselectAll();
    draw();
    panel.replaceChildren();
    open(false);
    delete canvas.dataset.selected;
  }

  function search() {
    const text = find.value.trim().toLowerCase();
    if (!text) { clear(); return; }
    const terms = text.split(/\s+/);
    const hits = data.nodes.map((_, id) => id).filter((id) => terms.every((term) => words[id].includes(term)));
    const exact = hits.filter((id) => data.nodes[id][NAME].toLowerCase() === text);
    found.textContent = hits.length + " found";
    if (exact.length === 1 || hits.length === 1) { select(exact.length === 1 ? exact[0] : hits[0]); bringIntoView(); return; }
    selected = null;
    delete canvas.dataset.selected;
    network.unselectAll();
    matches = new Set(hits);
    draw();
    showMatches();
    open(true);
  }

  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => { if (event.key === "Enter" && matches && matches.size) select([...matches][0], true); });
  reach.addEventListener("change", draw);
  at("clear").addEventListener("click", clear);
  at("fit").addEventListener("click", () => fit(true));
  network.on("click", ({ nodes: [node] }) => { if (node === undefined) clear(); else { find.value = found.textContent = ""; select(node); } });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { clear(); return; }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === find) return;
    event.preventDefault();
    find.focus();
    find.select();
  });
  for (const button of document.querySelectorAll("button.stage")) button.addEventListener("click", () => toggle(button));
  for (const box of document.querySelectorAll("input[name=role]")) {
    box.addEventListener("change", () => {
      for (const role of box.value.split(" ").map(Number)) { if (box.checked) hiddenRoles.delete(role); else hiddenRoles.add(role); }
      draw();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });

  // On paper stands the whole picture, light and sharp, as an image.
  let view = null;
  addEventListener("beforeprint", () => {
    view = { position: network.getViewPosition(), scale: network.getScale() };
    document.documentElement.classList.add("sheet");
    readColours();
    draw();
    const width = shownWidth(), scale = 2400 / Math.max(width, data.size[1]);
    network.setSize(Math.round(width * scale) + "px", Math.round(data.size[1] * scale) + "px");
    network.moveTo({ position: { x: width / 2, y: data.size[1] / 2 }, scale });
    network.redraw();
    const sheet = at("sheet");
    sheet.src = canvas.querySelector("canvas").toDataURL("image/png");
    sheet.hidden = false;
    network.setSize("100%", "100%");
    network.redraw();
  });
  addEventListener("afterprint", () => {
    at("sheet").hidden = true;
    document.documentElement.classList.remove("sheet");
    readColours();
    draw();
    network.moveTo(view);
  });

  fit(false);
  document.documentElement.dataset.ready = "true";
})();
