"use strict";
(async () => {
  if (document.documentElement.dataset.script === undefined) return;
  const at = (id) => document.getElementById(id);
  const packed = Uint8Array.from(atob(at("data").textContent), (character) => character.charCodeAt(0));
  const data = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  const [LABEL, NAME, STAGE, X, Y, COLUMN, WORDS, FACTS, MAKERS, NOTE, REASONS, USED, LOST] = Array(13).keys();
  const [FROM, TO, ROLE, USES] = Array(4).keys();
  const find = at("find"), found = at("found"), direction = at("direction"), reach = at("reach"), slider = at("quarter");
  const panel = at("panel"), canvas = at("canvas"), chokes = at("chokes"), paint = at("paint");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const hiddenStages = new Set(), hiddenRoles = new Set();
  // The boxes are laid out for letters as wide as Arial's, which are narrow and everywhere alike.
  const LETTERS = 14.5;
  const FACE = "Arial, Helvetica, Liberation Sans, sans-serif";
  const LOSSES = ["none", "few", "many", "most"];
  let selected = null, matches = null, colours = {}, quarter = Number(slider.value);

  const inputs = data.nodes.map(() => []), consumers = data.nodes.map(() => []);
  data.edges.forEach((edge, number) => { inputs[edge[TO]].push(number); consumers[edge[FROM]].push(number); });

  const makerNames = data.organizations.map((names) => names.join(" · ").toLowerCase());
  const goodNames = data.goods.map((name) => name.toLowerCase());
  const words = data.nodes.map((row) => [row[NAME].toLowerCase(), row[WORDS], ...row[MAKERS].map(([good, maker]) => makerNames[maker] + (data.by === "commodity" ? "" : " · " + goodNames[good]))].join(" · "));
  for (const row of data.nodes) element("option", undefined, at("names")).value = row[NAME];

  // Colours come from the style sheet, so that dark mode and print change one place.
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["paper", "ink", "band", "link", "up", "down", "alarm", "outline", "letters", "unused", "full", ...LOSSES.map((name) => "lost-" + name)]) colours[name] = style.getPropertyValue("--" + name).trim();
  }

  // What holds in the quarter that the slider shows.
  const reason = (node) => data.nodes[node][REASONS].reduce((now, [from, text]) => (from <= quarter ? text : now), "");
  const used = (node) => (data.nodes[node][USED] ? data.nodes[node][USED][quarter] : -1);
  const lost = (node) => (data.nodes[node][LOST] ? Math.max(0, data.nodes[node][LOST][quarter]) / 10 : 0);
  const named = (number) => number < 0 ? "before " + data.quarters[0] : data.quarters[number] ?? "after " + data.quarters[data.quarters.length - 1];
  const percent = (share) => (share > 0 && share < 1 ? "<1%" : Math.round(share) + "%");
  const lossClass = (share) => LOSSES[share === 0 ? 0 : share < 10 ? 1 : share <= 50 ? 2 : 3];
  const onlyChokes = () => chokes.getAttribute("aria-pressed") === "true";

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
    const alone = new Map([[selected, 0]]);
    const up = selected === null ? null : direction.value === "down" ? alone : steps(inputs, FROM);
    const down = selected === null ? null : direction.value === "up" ? alone : steps(consumers, TO);
    const shift = offsets(), byLoss = paint !== null && paint.value === "lost";
    const lit = (node) => selected !== null ? up.has(node) || down.has(node) : (matches === null || matches.has(node)) && (!onlyChokes() || reason(node) !== "");
    bright = data.nodes.map((_, id) => lit(id));
    const nodes = data.nodes.map((row, id) => {
      const why = reason(id), choke = why !== "";
      const border = id === selected ? colours.ink : choke ? colours.alarm : colours.outline;
      const width = id === selected ? 4 : choke ? 3.5 : colours.outline === "transparent" ? 0 : 1;
      const fill = { background: byLoss ? colours["lost-" + lossClass(lost(id))] : data.colours[row[STAGE]], border };
      return {
        id, label: choke ? row[LABEL] : row[LABEL].replace(/^◆\s/, ""), title: [row[NAME], ...(choke ? ["◆ " + why] : []), ...now(id)].join("\n"), x: row[X] - shift[row[STAGE]].offset, y: row[Y],
        hidden: hiddenStages.has(row[STAGE]), opacity: bright[id] ? 1 : 0.13, borderWidth: width, borderWidthSelected: width,
        font: { color: bright[id] ? colours.letters : colours.ink + "55" },
        color: { ...fill, highlight: fill, hover: fill },
      };
    });
    const edges = data.edges.map((row, id) => {
      const isUp = up !== null && up.has(row[FROM]) && up.has(row[TO]) && up.get(row[TO]) < Number(reach.value);
      const isDown = down !== null && down.has(row[FROM]) && down.has(row[TO]) && down.get(row[FROM]) < Number(reach.value);
      const near = isUp ? up.get(row[TO]) : isDown ? down.get(row[FROM]) : 0;
      const width = data.roles[row[ROLE]][1], traced = isUp || isDown;
      const opacity = traced ? [0.95, 0.4, 0.2][Math.min(near, 2)] : width < 1 ? 0.16 : width < 1.5 ? 0.3 : 0.42;
      const off = hiddenRoles.has(row[ROLE]) || [row[FROM], row[TO]].some((node) => hiddenStages.has(data.nodes[node][STAGE]));
      const idle = !traced && (selected !== null || matches !== null || !(bright[row[FROM]] && bright[row[TO]]));
      return {
        id, hidden: off || idle, width: traced && near === 0 ? width + 1 : width,
        color: { color: isUp ? colours.up : isDown ? colours.down : colours.link, opacity, inherit: false },
      };
    });
    return { nodes, edges };
  }

  // Use of lines and lost output in words.
  function now(node) {
    const texts = [];
    if (used(node) >= 0) texts.push("Fullest line " + used(node) + "% used");
    if (lost(node) > 0) texts.push("Output −" + percent(lost(node)) + " against the baseline");
    return texts;
  }

  let bright = [];
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
      font: { size: LETTERS, face: FACE }, shapeProperties: { borderRadius: 4 }, chosen: false,
    },
    edges: { arrows: { to: { enabled: true, scaleFactor: 0.35 } }, selectionWidth: 1, hoverWidth: 0, chosen: false },
  });

  network.on("beforeDrawing", (pen) => {
    const shift = offsets();
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = "600 18px " + FACE;
    data.stages.forEach(([, title, left, right], stage) => {
      if (hiddenStages.has(stage)) return;
      pen.fillStyle = colours.band;
      pen.fillRect(left - shift[stage].offset - 8, 8, right - left + 16, data.size[1] - 16);
      pen.fillStyle = colours.ink;
      pen.fillText(title, (left + right) / 2 - shift[stage].offset, 27);
    });
  });

  // A bar for the use of lines, a badge for what is lost.
  network.on("afterDrawing", (pen) => {
    data.nodes.forEach((row, id) => {
      if (hiddenStages.has(row[STAGE]) || (used(id) < 0 && lost(id) === 0)) return;
      const { left, right, top, bottom } = network.getBoundingBox(id);
      pen.globalAlpha = bright[id] ? 1 : 0.13;
      if (used(id) >= 0) {
        pen.fillStyle = colours.unused;
        pen.fillRect(left + 5, bottom - 6, right - left - 10, 4);
        pen.fillStyle = used(id) >= 99 ? colours.full : colours.letters;
        pen.fillRect(left + 5, bottom - 6, (right - left - 10) * Math.min(1, used(id) / 100), 4);
      }
      if (lost(id) > 0) {
        const text = "−" + percent(lost(id));
        pen.font = "700 12px " + FACE;
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        const wide = pen.measureText(text).width + 8;
        pen.fillStyle = colours.letters;
        pen.strokeStyle = colours["lost-" + lossClass(lost(id))];
        pen.lineWidth = 1.5;
        pen.beginPath();
        pen.roundRect(right - wide + 6, top - 9, wide, 14, 7);
        pen.fill();
        pen.stroke();
        pen.fillStyle = colours["lost-most"];
        pen.fillText(text, right - wide / 2 + 6, top - 1.5);
      }
      pen.globalAlpha = 1;
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
    canvas.dataset.letters = (LETTERS * scale).toFixed(1);
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
    const item = element("li", undefined, list), button = element("button", (reason(node) ? "◆ " : "") + data.nodes[node][NAME], item);
    button.type = "button";
    button.style.setProperty("--stage", data.colours[data.nodes[node][STAGE]]);
    button.addEventListener("click", () => select(node, true));
    if (text) element("small", " " + text, item);
    return item;
  }

  // References in brackets to the list of sources at the end of the panel.
  function cite(parent, rows, cited) {
    for (const row of new Set(rows)) {
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
    const row = data.nodes[selected], cited = [], why = reason(selected);
    panel.replaceChildren();
    element("h2", row[NAME], panel);
    element("p", data.stages[row[STAGE]][1] + ", " + data.quarters[quarter], panel).className = "stage-name";
    if (why) element("p", "◆ Chokepoint: " + why, panel).className = "alarm";
    for (const text of now(selected)) element("p", text, panel);
    table(row[FACTS], ([name, text, sources], head, cell) => { head.textContent = name; cell.textContent = text; cite(cell, sources, cited); });
    if (row[NOTE]) element("p", row[NOTE], panel);
    listMakers(row[MAKERS], cited);
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

  function makerName([good, maker, country]) {
    if (data.by === "commodity") return data.organizations[maker][0] + " (" + country + ")";
    return data.by === "organization" ? data.goods[good] + " (" + country + ")" : data.goods[good] + ": " + data.organizations[maker][0];
  }

  function listMakers(rows, cited) {
    const active = rows.filter(([, , , first, last]) => first <= quarter && quarter <= last);
    const others = rows.filter((row) => !active.includes(row));
    element("h3", (data.by === "commodity" ? "Made by (" : "Makes (") + active.length + ")", panel);
    if (active.length) table(active, (row, head, cell) => {
      head.textContent = makerName(row);
      const [texts, sources] = makerTexts(row);
      cell.textContent = texts.join("; ");
      cite(cell, sources, cited);
    });
    else element("p", "No maker in the data" + (others.length ? " in this quarter." : "."), panel);
    if (others.length) element("p", "Not in " + data.quarters[quarter] + ": " + others.map((row) => makerName(row) + (row[3] > quarter ? " from " + named(row[3]) : " until " + named(row[4]))).join(", "), panel).className = "soft";
  }

  // The share of the latest year so far and each line's latest figure so far, else the first.
  function makerTexts([, , , , , shares, lines, sources]) {
    const year = Number(data.quarters[quarter].slice(0, 4)), texts = [], all = [...sources];
    const share = shares.filter(([of]) => of <= year).pop() ?? shares[0];
    if (share) { texts.push(share[1]); all.push(...share[2]); }
    for (const number of lines) {
      const [name, figures, usedNow, usedBefore] = data.lines[number];
      const figure = figures.filter(([of]) => of <= quarter).pop() ?? figures[0];
      const use = usedNow && usedNow[quarter] >= 0 ? ", " + usedNow[quarter] + "% used" + (usedBefore && usedBefore[quarter] !== usedNow[quarter] ? " (baseline " + usedBefore[quarter] + "%)" : "") : "";
      texts.push("line " + name + ": " + figure[1] + use);
      all.push(...figure[2]);
    }
    return [texts, all];
  }

  // Amount and alternatives, and who is qualified by the quarter.
  function useTexts([text, makers]) {
    if (makers === null) return text;
    const name = ([maker]) => data.organizations[maker][0];
    const ready = makers.filter(([, from]) => from <= quarter), later = makers.filter(([, from]) => from > quarter);
    return [text, ready.length ? "only from " + ready.map(name).join(", ") : "nobody qualified yet", ...later.map((maker) => name(maker) + " from " + named(maker[1]))].filter(Boolean).join(", ");
  }

  function listLinks(title, numbers, end, cited) {
    if (!numbers.length) return;
    element("h3", title + " (" + numbers.length + ")", panel).className = end === FROM ? "up" : "down";
    const list = element("ul", undefined, panel);
    for (const number of numbers) {
      const uses = data.edges[number][USES];
      const texts = new Set(uses.map(useTexts).filter(Boolean));
      cite(nodeButton(list, data.edges[number][end], [...texts].join("; ")), uses.flatMap((use) => use[2]), cited);
    }
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
    chokes.setAttribute("aria-pressed", "false");
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

  // The quarter changes boxes and panel, never what is selected or where the reader is.
  function setQuarter() {
    quarter = Number(slider.value);
    at("shown").textContent = data.quarters[quarter];
    slider.setAttribute("aria-valuetext", data.quarters[quarter]);
    chokes.querySelector("b").textContent = data.nodes.filter((_, id) => reason(id)).length;
    draw();
    if (selected === null) return;
    const place = panel.scrollTop;
    showNode();
    panel.scrollTop = place;
  }

  find.addEventListener("input", search);
  slider.addEventListener("input", setQuarter);
  direction.addEventListener("change", draw);
  if (paint) paint.addEventListener("change", draw);
  chokes.addEventListener("click", () => { chokes.setAttribute("aria-pressed", String(!onlyChokes())); draw(); });
  at("list").addEventListener("click", () => {
    const shown = document.documentElement.toggleAttribute("data-table");
    at("list").setAttribute("aria-pressed", String(shown));
    if (!shown) requestAnimationFrame(() => { network.setSize("100%", "100%"); fit(false); });
  });
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
