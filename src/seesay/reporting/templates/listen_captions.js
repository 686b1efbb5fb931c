// Hear a caption: the fragment of its picture that each moment is most similar to, as it plays.
"use strict";
seesay.colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5fd0", "#808080"];

// The fragments that moments look at, most looked at first: region, number, colour, share, mean cosine.
seesay.lookedAt = moments => {
  const found = new Map();
  for (const [, , region, cosine] of moments) {
    const one = found.get(region) || { region, count: 0, sum: 0 };
    found.set(region, Object.assign(one, { count: one.count + 1, sum: one.sum + cosine }));
  }
  return [...found.values()].sort((a, b) => b.count - a.count || a.region - b.region).map((one, n) => ({
    ...one, number: n + 1, colour: seesay.colours[n % seesay.colours.length], share: one.count / moments.length, cosine: one.sum / one.count,
  }));
};

// The strip over time: a bar for each moment, and below it the words where they are said.
seesay.strip = (item, looked, show) => {
  const { make, text } = seesay;
  const { moments } = item;
  const total = Math.max(item.seconds, moments[moments.length - 1][1]);
  const cosines = moments.flatMap(([, , , cosine, mean]) => [cosine, mean]);
  const low = Math.min(...cosines), high = Math.max(...cosines);
  const across = time => `${(100 * Math.max(time, 0) / total).toFixed(2)}%`;
  const up = cosine => `${(100 * (high > low ? (cosine - low) / (high - low) : 1)).toFixed(1)}%`;
  const bars = moments.map(([onset, offset, region, cosine, mean], n) => {
    const one = looked.find(each => each.region === region);
    const again = n && moments[n - 1][2] === region;
    return make("span", { class: "moment", style: `left:${across(onset)};width:${across(offset - Math.max(onset, 0))}` },
      make("i", { style: `height:${up(cosine)};background:${one.colour}` }),
      make("u", { style: `bottom:${up(mean)}` }),
      again ? null : make("b", {}, String(one.number)));
  });
  const words = item.said.map(([onset, offset, word]) => text("span", word, { title: word, style: `left:${across(onset)};width:${across(offset - onset)}` }));
  const strip = make("div", { class: "strip", style: `min-width:${(total * 11).toFixed(1)}rem` },
    make("div", { class: "similar" }, ...bars), make("div", { class: "spoken", "aria-label": "Words where they are said" }, ...words));
  strip.addEventListener("click", event => {
    const { left, width } = strip.getBoundingClientRect();
    show((event.clientX - left) / width * total);
  });
  return { strip, bars, words, low, high };
};

seesay.showCaption = item => {
  const { data, make, text, look, player } = seesay;
  const { moments } = item;
  const picture = data.pictures[item.picture];
  const looked = seesay.lookedAt(moments);
  const view = look(picture, null);
  const frames = looked.map(one => {
    const box = picture.boxes[one.region];
    const rest = box ? (one.region ? "" : " (the whole picture)") : " (without a box)";
    const line = make("li", {}, make("i", { style: `background:${one.colour}` }), make("b", {}, `Fragment ${one.number}`), `${rest}: ${(100 * one.share).toFixed(0)} % of the moments, mean cosine ${one.cosine.toFixed(2)}`);
    const drawn = [];
    if (picture.uri && box) {
      const size = picture.height / 16, frame = seesay.frame(box);
      frame.setAttribute("style", `stroke:${one.colour}`);
      drawn.push(frame, make("text", { x: box[0] + size / 4, y: box[1] + size, "font-size": size, style: `fill:${one.colour};stroke:#fff` }, String(one.number)));
      view.append(...drawn);
    }
    return { region: one.region, number: one.number, parts: [line, ...drawn] };
  });
  const range = make("input", { type: "range", min: 0, max: moments.length - 1, step: 1, value: 0, "aria-label": "Moment" });
  const status = make("p", { class: "note now-said" });
  const shown = seesay.strip(item, looked, time => show(at(time)));

  const at = time => Math.max(moments.findLastIndex(moment => moment[0] <= time), 0);
  const show = n => {
    const [onset, offset, region, cosine, mean] = moments[n], middle = (onset + offset) / 2;
    const said = item.said.filter(word => word[0] <= middle && middle <= word[1]).map(word => word[2]);
    shown.bars.forEach((bar, m) => bar.classList.toggle("now", m === n));
    shown.words.forEach((word, m) => word.classList.toggle("now", item.said[m][0] <= middle && middle <= item.said[m][1]));
    frames.forEach(one => one.parts.forEach(part => part.classList.toggle("now", one.region === region)));
    view.classList.add("following");
    range.value = n;
    // Scrolls the strip alone, where it is wider than the screen.
    const box = shown.strip.parentElement, bar = shown.bars[n];
    if (box) box.scrollLeft = Math.min(Math.max(box.scrollLeft, bar.offsetLeft + bar.offsetWidth - box.clientWidth), bar.offsetLeft);
    const which = frames.find(one => one.region === region).number;
    status.textContent = `${Math.max(onset, 0).toFixed(2)} to ${offset.toFixed(2)} s: fragment ${which}, cosine ${cosine.toFixed(2)} (mean of all fragments ${mean.toFixed(2)})${said.length ? `; word said: ${said.join(", ")}` : "; no word"}`;
    range.setAttribute("aria-valuetext", status.textContent);
  };
  range.addEventListener("input", () => show(Number(range.value)));
  const sound = player(item);
  const audio = sound.querySelector("audio");
  if (audio) {
    const follow = () => {
      if (audio.paused) return;
      show(at(audio.currentTime));
      requestAnimationFrame(follow);
    };
    audio.addEventListener("playing", follow);
  }
  const kind = item.kind ? `, one of the ${item.kind}` : "";
  show(0);
  return [make("h4", {}, text("span", item.word || item.id)),
    make("p", { class: "note" }, `Place ${item.place} of ${data.by_caption.queries}${kind}. Its own picture is at rank ${item.rank.toFixed(1)} of ${data.by_caption.size}.`),
    make("div", { class: "heard" }, sound, make("div", {}, text("b", item.talker), make("small", {}, ` ${item.seconds.toFixed(2)} s`)), range),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Moments of the caption" }, shown.strip),
    make("p", { class: "note" }, `Bars: cosine from ${shown.low.toFixed(2)} (bottom) to ${shown.high.toFixed(2)} (top); lines: mean of all fragments of the picture.`),
    status,
    make("div", { class: "whole" }, view, make("ul", { class: "looked" }, ...frames.map(one => one.parts[0])))];
};

seesay.captions = seesay.chooser(document.getElementById("listen-captions"), "captions, best ranked first",
  seesay.data.captions.map(item => Object.assign(item, {
    name: item.word || item.id, detail: `${item.kind ? `${item.kind} · ` : ""}${item.rank.toFixed(1)}`, search: `${item.word} ${item.id} ${item.talker}`,
  })), seesay.showCaption);
