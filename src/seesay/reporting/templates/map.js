// The map: its points react to the pointer and to the arrow keys.
// Uses functions of listen.js: make, text, look, player.
"use strict";
(() => {
  const { make, text, look, player, saidFor, data } = seesay;
  const { width, height, points } = JSON.parse(document.getElementById("map-data").textContent);
  const pictures = new Map(data.pictures.map(picture => [picture.id, picture]));
  const words = points.filter(point => point.kind === "word");

  // In units of the drawing; a phone shows it at a third of its size.
  const letter = matchMedia("(max-width: 48rem)").matches ? 26 : 13;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, "font-size": letter, "aria-hidden": "true" });
  const plane = make("div", { class: "plane", tabindex: "0", role: "application", "aria-describedby": "map-keys map-shown",
    "aria-label": "Map of words and fragments" }, svg);
  const shown = make("div", { class: "panel", id: "map-shown", "aria-live": "polite" });
  const ring = make("circle", { class: "ring", r: 11, cx: -50, cy: -50 });
  const chosenLabel = make("text", { class: "chosen" });
  const find = make("input", { type: "search", id: "map-find", autocomplete: "off", spellcheck: "false" });
  let chosen = null;

  for (const point of points.filter(p => p.kind === "fragment").concat(words)) {
    svg.append(make("circle", { class: `point ${point.kind}${point.region === 0 ? " whole" : ""}`, cx: point.x, cy: point.y, r: point.kind === "word" ? 5 : 3.2 }));
  }
  // Labels of the most frequent words come first; a label that would cover another is hidden.
  const taken = [];
  const place = (node, point) => {
    const flip = point.x > width - 9 * letter;
    node.setAttribute("x", point.x + (flip ? -8 : 8));
    node.setAttribute("y", point.y + letter / 3);
    node.setAttribute("text-anchor", flip ? "end" : "start");
    node.textContent = point.item;
  };
  for (const point of [...words].sort((a, b) => b.tokens - a.tokens || (a.item < b.item ? -1 : 1))) {
    const wide = 0.62 * letter * [...point.item].length + 10;
    const left = point.x > width - 9 * letter ? point.x - wide : point.x;
    const box = [left, point.y - 0.7 * letter, left + wide, point.y + 0.7 * letter];
    if (taken.some(other => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    const label = make("text", { class: "label" });
    place(label, point);
    svg.append(label);
  }
  svg.append(ring, chosenLabel);

  const choose = point => {
    if (point === chosen) return;
    chosen = point;
    ring.setAttribute("cx", point.x);
    ring.setAttribute("cy", point.y);
    const kept = make("p", { class: "note" }, `${Math.round(point.kept * 100)} % of its nearest items in the space are also nearest on the map.`);
    if (point.kind === "word") {
      place(chosenLabel, point);
      const token = data.tokens[data.sounds[point.item]];
      shown.replaceChildren(
        make("h3", {}, text("span", point.item), " ", saidFor(point.item)),
        token ? make("div", { class: "heard" }, player(token), text("span", token.talker)) : "",
        make("p", { class: "note" }, `A spoken word, the mean of ${point.tokens} token${point.tokens === 1 ? "" : "s"}.`), kept);
    } else {
      chosenLabel.textContent = "";
      const picture = pictures.get(point.picture);
      const box = picture && picture.boxes[point.region];
      shown.replaceChildren(
        make("h3", {}, point.region === 0 && box ? "A whole picture" : "A picture fragment"),
        picture ? make("div", { class: "pair" }, box && picture.uri ? look(picture, box, true) : "", look(picture, box)) : "",
        picture ? text("p", picture.captions[0] || "") : "",
        make("p", { class: "note" }, text("code", point.item)), kept);
    }
  };
  const nearest = (x, y, among) => {
    let best = null, least = Infinity;
    for (const point of among) {
      const far = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (far < least) { least = far; best = point; }
    }
    return [best, Math.sqrt(least)];
  };
  const pointed = event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const [point, far] = nearest(at.x, at.y, points);
    if (point && far < 30) choose(point);
    return point && far < 30;
  };
  const play = () => { const button = shown.querySelector("button.play"); if (button) button.click(); };
  svg.addEventListener("pointermove", event => { if (event.pointerType === "mouse") pointed(event); });
  svg.addEventListener("click", event => { if (pointed(event)) play(); });
  plane.addEventListener("keydown", event => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); play(); }
    if (!way || !points.length) return;
    event.preventDefault();
    // The nearest point within 45 degrees of the way; far to the side counts as far.
    const ahead = points.map(point => {
      const [x, y] = [point.x - chosen.x, point.y - chosen.y];
      const along = x * way[0] + y * way[1], aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
      return [point, along > 0 && aside <= along ? along + aside : Infinity];
    }).filter(([, far]) => far < Infinity).sort((a, b) => a[1] - b[1]);
    if (ahead.length) choose(ahead[0][0]);
  });
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    const found = words.find(point => point.item.toLowerCase().startsWith(wanted)) || words.find(point => point.item.toLowerCase().includes(wanted));
    if (wanted && found) choose(found);
  });
  document.getElementById("map-place").append(
    make("div", { class: "chooser" },
      make("div", {}, make("label", { for: "map-find" }, "Find a word"), find, shown),
      make("div", {}, plane,
        make("ul", { class: "keys", "aria-label": "Points" },
          make("li", {}, make("i", { class: "swatch accent round" }), "spoken word"),
          make("li", {}, make("i", { class: "swatch warm round" }), "whole picture"),
          make("li", {}, make("i", { class: "swatch muted round" }), "fragment")),
        make("p", { class: "note", id: "map-keys" }, "Arrow keys move to the nearest item in that direction; Enter plays a word."))));
  if (points.length) choose(words[0] || points[0]);
})();
