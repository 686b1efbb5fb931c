// Sorts and copies the page's tables.
const number = text => {
  const found = text.replace(/\u2212/g, "-").replace(/,/g, "").match(/^[+-]?\d+(\.\d+)?/);
  return found ? Number(found[0]) : NaN;
};
const main = cell => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("small").forEach(part => part.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
};
const aside = cell => [...cell.querySelectorAll("small")].map(part => part.textContent.trim()).join(" ");

// The cells of a row by column: a cell that spans several columns is in each of them.
const spread = row => [...row.cells].flatMap(cell => Array(cell.colSpan).fill(cell));

function sortable(table) {
  const head = table.tHead.rows[table.tHead.rows.length - 1];
  const bodies = [...table.tBodies];
  const grouped = bodies.length > 1;
  const rows = grouped ? bodies : [...bodies[0].rows];
  const key = (item, column) => {
    const row = grouped ? [...item.rows].find(one => !one.classList.contains("group")) : item;
    const cell = spread(row)[column];
    return cell ? cell.dataset.value ?? main(cell) : "";
  };
  spread(head).forEach((cell, column) => {
    if (cell.tagName !== "TH" || !cell.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const next = {none: "ascending", ascending: "descending", descending: "none"}[cell.ariaSort ?? "none"];
      [...head.cells].forEach(other => other.removeAttribute("aria-sort"));
      let order = [...rows];
      if (next !== "none") {
        cell.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        order.sort((a, b) => {
          const [x, y] = [key(a, column), key(b, column)], [m, n] = [number(x), number(y)];
          if (isNaN(m) !== isNaN(n)) return isNaN(m) ? 1 : -1;  // cells without a number come last
          return sign * (isNaN(m) ? x.localeCompare(y) : m - n);
        });
      }
      order.forEach(item => (grouped ? table : bodies[0]).append(item));
      if (table.tFoot) table.append(table.tFoot);
    });
  });
}

// The table as rows of cells: heads are joined by column, and group names get their own column.
function grid(table) {
  const heads = [...table.tHead.rows].map(spread);
  const groups = table.querySelector("tr.group") !== null;
  const twice = heads[0].map((_, column) => [...table.tBodies].some(body =>
    [...body.rows].some(row => !row.classList.contains("group") && spread(row)[column]?.querySelector("small")?.textContent)));
  const names = heads[0].map((_, column) => heads.map(row => main(row[column])).filter(Boolean).join(" "));
  const lines = [names.flatMap((name, column) => twice[column] ? [name, `${name} interval`] : [name])];
  if (groups) lines[0].unshift("");
  for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
    if (row.classList.contains("group")) continue;
    const cells = spread(row).flatMap((cell, column) => twice[column] ? [main(cell), aside(cell)] : [main(cell)]);
    const group = row.parentNode.querySelector("tr.group");
    lines.push(groups ? [group ? group.textContent.trim().replace(/\s+/g, " ") : "", ...cells] : cells);
  }
  return lines;
}
const tsv = table => grid(table).map(line => line.join("\t")).join("\n") + "\n";

const marks = {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  "\u2212": "$-$", "\u2013": "--", "\u2019": "'", "\u2026": "\\ldots{}", "\u00d7": "$\\times$", "\u2192": "$\\to$"};
const escaped = text => text.replace(/[\\~^\u2212\u2013\u2019\u2026\u00d7\u2192]|[&%$#_{}]/g, mark => marks[mark] ?? `\\${mark}`);
const ancestors = node => node.parentElement ? [node.parentElement, ...ancestors(node.parentElement)] : [];
function latex(table) {
  const columns = spread(table.tHead.rows[table.tHead.rows.length - 1]);
  const shape = columns.map(cell => cell.closest(".paper, .n") && cell.textContent.trim() ? "r" : "l").join("");
  const line = row => [...row.cells].map(cell => {
    let text = escaped(main(cell));
    if (cell.querySelector("b")) text = `\\textbf{${text}}`;
    if (aside(cell)) text += ` {\\scriptsize ${escaped(aside(cell))}}`;
    return cell.colSpan > 1 ? `\\multicolumn{${cell.colSpan}}{${cell.closest("thead") ? "c" : "l"}}{${text}}` : text;
  }).join(" & ") + " \\\\";
  const body = [...table.querySelectorAll("tbody tr, tfoot tr")].map(line);
  const own = table.caption ? main(table.caption) : table.closest("[aria-label]").ariaLabel;
  // Notes that the page gives once for all tables: corpora, seeds, galleries, chance, intervals.
  const about = ancestors(table).map(one => one.dataset.about).filter(Boolean);
  const name = `${table.closest("section").id} ${own}`.toLowerCase().match(/[a-z0-9]+/g).slice(0, 8).join("-");
  const caption = [`\\caption{${escaped([own.replace(/\.?$/, "."), ...about].join(" "))}}`, `\\label{tab:${name}}`];
  return ["\\begin{table}", ...caption, `\\begin{tabular}{${shape}}`, "\\toprule", ...[...table.tHead.rows].map(line),
    "\\midrule", ...body, "\\bottomrule", "\\end{tabular}", "\\end{table}"].join("\n") + "\n";
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page opened from a file may have no clipboard: copy from a text field instead.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
function copyable(table) {
  const place = document.createElement("div");
  place.className = "tools";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  for (const [name, form] of [["TSV", tsv], ["LaTeX", latex]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Copy as ${name}`;
    button.addEventListener("click", async () => {
      await copied(form(table));
      button.focus();
      said.textContent = `Copied as ${name}.`;
    });
    place.append(button);
  }
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = "More columns: scroll sideways →";
  place.append(said, hint);
  const shown = table.closest(".scroll") ?? table;
  const held = document.createElement("div");
  held.className = "held";
  shown.replaceWith(held);
  held.append(shown, place);
  const look = () => shown.classList.toggle("cut", shown.scrollWidth > shown.clientWidth + shown.scrollLeft + 2);
  new ResizeObserver(look).observe(shown);
  shown.addEventListener("scroll", look, {passive: true});
}
for (const table of document.querySelectorAll("main table")) {
  if (!table.tHead || !table.tBodies.length) continue;
  sortable(table);
  copyable(table);
}
