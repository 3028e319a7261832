"use strict";
(() => {
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  };

  // --- tables: sorted by a click on a heading, copied, saved ---
  const shown = (cell) => {
    const copy = cell.cloneNode(true);
    all(".mark, .unseen", copy).forEach((e) => e.remove());
    return copy.textContent.trim();
  };
  const raw = (cell) => cell.dataset.v ?? (shown(cell) === "–" ? "" : shown(cell));
  const compare = (one, other) => {
    const [a, b] = [one, other].map((cell) => cell.dataset.v);
    if (a !== undefined && b !== undefined) return Number(a) - Number(b);
    if (a !== undefined || b !== undefined) return a === undefined ? 1 : -1;
    return raw(one).localeCompare(raw(other), "en", { numeric: true });
  };
  const sort = (table, heading) => {
    const column = heading.cellIndex;
    const down = heading.getAttribute("aria-sort") === "ascending";
    all("th[aria-sort]", table).forEach((th) => th.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = all("tbody tr", table);
    rows.sort((a, b) => (down ? -1 : 1) * compare(a.cells[column], b.cells[column]));
    table.tBodies[0].append(...rows);
  };
  const headings = (table) => all("thead th", table).map((th) => th.dataset.key);
  // A spreadsheet runs text that begins with one of these as a formula, unseen characters or not.
  const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]/u;
  const mark = (c) => ({ "\t": "\\t", "\n": "\\n", "\r": "\\r" })[c]
    ?? `\\${c < "\u0100" ? "x" : "u"}${c.charCodeAt(0).toString(16).padStart(c < "\u0100" ? 2 : 4, "0")}`;
  const safe = (cell) => {
    const text = raw(cell), plain = text.replace(/[\p{Cc}\u2028\u2029]/gu, mark);
    return cell.dataset.v === undefined && formula.test(text) ? `'${plain}` : plain;
  };
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csv = (table) =>
    [headings(table), ...all("tbody tr", table).map((row) => [...row.cells].map(safe))]
      .map((row) => row.map(quoted).join(",") + "\n").join("");
  const save = (table) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
    link.download = `${table.id}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const copy = (table, pressed) => {
    const rows = [headings(table), ...all("tbody tr", table).map((row) => [...row.cells].map(safe))];
    const area = document.createElement("textarea");
    area.value = rows.map((row) => row.map((c) => c.replace(/\s+/g, " ")).join("\t")).join("\n");
    area.setAttribute("aria-label", "Table as text");
    document.body.append(area);
    area.select();
    // The clipboard interface is not there for files opened from disk.
    const done = document.execCommand("copy");
    area.remove();
    pressed.textContent = done ? "Copied" : "Could not copy";
  };
  for (const table of all("table")) {
    for (const th of all("thead th", table)) {
      const label = button(th.textContent, () => sort(table, th));
      th.replaceChildren(label);
    }
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(button("Copy table (TSV)", (b) => copy(table, b)), button("Download CSV", () => save(table)));
    table.parentElement.after(tools);
  }

  // --- the dependency graph: found by name or maker, traced up and down ---
  const chart = document.querySelector("svg.chain");
  if (!chart) return;
  const words = JSON.parse(document.getElementById("search").textContent);
  const nodes = new Map(all("g.node", chart).map((g) => [g.dataset.id, g]));
  const links = all(".link", chart);
  // A title is the name, the stage in brackets and, for a chokepoint, why.
  const title = (id) => nodes.get(id).querySelector("title").textContent;
  const name = (id) => title(id).replace(/ \([a-z]+\)(: .*)?$/s, "");
  const field = document.getElementById("find");
  const found = document.getElementById("found");
  document.querySelector(".finder").hidden = false;
  const clear = () => {
    chart.classList.remove("traced");
    for (const part of [...nodes.values(), ...links]) part.classList.remove("on", "up", "down", "chosen");
    found.textContent = "";
  };
  const follow = (start, from, to, mark) => {
    const seen = new Set([start]);
    for (const id of seen) {
      for (const link of links) {
        if (link.dataset[from] !== id) continue;
        link.classList.add(mark);
        seen.add(link.dataset[to]);
      }
    }
    seen.delete(start);
    for (const id of seen) nodes.get(id).classList.add("on", mark);
    return seen.size;
  };
  const trace = (id) => {
    clear();
    chart.classList.add("traced");
    nodes.get(id).classList.add("on", "chosen");
    const up = follow(id, "to", "from", "up");
    const down = follow(id, "from", "to", "down");
    found.textContent = `${name(id)}: ${up} upstream, ${down} downstream`;
  };
  const search = () => {
    const asked = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    clear();
    if (!asked.length) return;
    const text = (id) => `${name(id)} ${words[id] ?? ""}`.toLowerCase();
    const hits = [...nodes.keys()].filter((id) => asked.every((word) => text(id).includes(word)));
    if (hits.length === 1) return trace(hits[0]);
    chart.classList.add("traced");
    for (const id of hits) nodes.get(id).classList.add("on", "chosen");
    found.textContent = `${hits.length} found`;
  };
  for (const [id, group] of nodes) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", title(id));
    group.addEventListener("click", () => trace(id));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      trace(id);
    });
  }
  chart.setAttribute("role", "group");
  field.addEventListener("input", search);
  const reset = () => { field.value = ""; clear(); };
  document.getElementById("clear").addEventListener("click", reset);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") reset(); });
})();
