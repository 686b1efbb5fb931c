// Listen and look: lists of words and pictures, and the model's nearest items for the chosen one.
// All data go through text nodes and attributes, never through markup.
"use strict";
const seesay = {
  data: JSON.parse(document.getElementById("listen-data").textContent),
  playing: null,

  make(tag, attributes, ...children) {
    const svg = ["svg", "image", "rect", "circle", "g", "text", "title"].includes(tag);
    const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "class") node.setAttribute("class", value);
      else if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter(child => child !== null));
    return node;
  },

  text(tag, value, attributes) {
    return seesay.make(tag, { dir: "auto", ...attributes }, String(value));
  },

  frame(box) {
    return seesay.make("rect", { x: box[0], y: box[1], width: box[2], height: box[3] });
  },

  // The caption words that a spoken word replaces.
  saidFor(word) {
    const others = seesay.data.said_for[word];
    return others ? seesay.text("span", `said for ${others.join(", ")}`, { class: "swap" }) : null;
  },

  // A picture with a framed box, or only the content of the box.
  look(picture, box, alone) {
    const name = picture.captions[0] || picture.id;
    if (!picture.uri) return seesay.text("span", `${name} (${picture.why})`, { class: "look gone" });
    const { width, height } = picture;
    const image = seesay.make("image", { href: picture.uri, width, height });
    const around = (size, ...children) =>
      seesay.make("svg", { class: "look", viewBox: `0 0 ${size.join(" ")}`, role: "img", "aria-label": name }, ...children);
    // An svg within another shows nothing beyond its view.
    if (alone && box) return around(box.slice(2), seesay.make("svg", { viewBox: box.join(" "), width: box[2], height: box[3] }, image));
    return around([width, height], image, box ? seesay.frame(box) : null);
  },

  // A button that plays a token; where it has no sound, why.
  player(token) {
    if (!token.sound) return seesay.text("span", `no sound: ${token.why}`, { class: "silent" });
    const audio = seesay.make("audio", { src: token.sound, preload: "none" });
    const button = seesay.make("button", { type: "button", class: "play", "aria-label": `Play ${token.word} by ${token.talker}` }, "▶");
    const rest = () => { button.textContent = "▶"; };
    button.addEventListener("click", () => {
      if (seesay.playing && seesay.playing !== audio) seesay.playing.pause();
      if (!audio.paused) { audio.pause(); return; }
      seesay.playing = audio;
      audio.currentTime = 0;
      audio.play().then(() => { button.textContent = "■"; }, rest);
    });
    audio.addEventListener("pause", rest);
    audio.addEventListener("ended", rest);
    return seesay.make("span", { class: "player" }, button, audio);
  },

  mark(near) {
    const said = near.right ? "✓ right" : "✗ wrong";
    const mark = seesay.make("span", { class: `mark ${near.right ? "right" : "wrong"}` }, near.own ? `${said}, its own` : said);
    const tied = near.tied ? `, ${near.tied} tied` : "";
    return [mark, " ", seesay.make("small", { title: `cosine ${near.cosine}` }, `rank ${near.rank}${tied}`)];
  },

  // A filter, a list, and the panel of the chosen item. `items` have name, detail and search.
  chooser(place, label, items, show) {
    const status = seesay.make("p", { role: "status", class: "note" });
    const id = place.id;
    const filter = seesay.make("input", { type: "search", id: `${id}-filter`, autocomplete: "off", spellcheck: "false", "aria-controls": `${id}-list` });
    const list = seesay.make("ul", { role: "listbox", tabindex: "0", id: `${id}-list`, "aria-label": label });
    const panel = seesay.make("div", { class: "panel", role: "region", "aria-label": `Chosen: ${label}` });
    let shown = [], chosen = null;

    const choose = (item, scroll) => {
      chosen = item;
      for (const option of list.children) {
        const selected = option.id === `${id}-${items.indexOf(item)}`;
        option.setAttribute("aria-selected", String(selected));
        if (!selected) continue;
        list.setAttribute("aria-activedescendant", option.id);
        // Scrolls within the list only: the page stays in place.
        if (scroll) list.scrollTop = Math.min(Math.max(list.scrollTop, option.offsetTop + option.offsetHeight - list.clientHeight), option.offsetTop);
      }
      if (seesay.playing) seesay.playing.pause();
      panel.replaceChildren(...show(item));
    };
    const fill = () => {
      const wanted = filter.value.trim().toLowerCase();
      shown = items.filter(item => item.search.toLowerCase().includes(wanted));
      list.replaceChildren(...shown.map(item => {
        const option = seesay.make("li", { role: "option", id: `${id}-${items.indexOf(item)}`, "aria-selected": "false" },
          seesay.make("span", { class: "name" }, seesay.text("span", item.name), " ", item.word ? seesay.saidFor(item.word) : null), seesay.make("small", {}, item.detail));
        option.addEventListener("click", () => { choose(item, true); list.focus({ preventScroll: true }); });
        return option;
      }));
      list.hidden = shown.length === 0;
      list.removeAttribute("aria-activedescendant");
      status.textContent = `${shown.length} of ${items.length}`;
      if (shown.length) choose(shown.includes(chosen) ? chosen : shown[0], true);
    };
    const move = event => {
      const at = shown.indexOf(chosen);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1, PageDown: at + 8, PageUp: at - 8 }[event.key];
      if (to === undefined || !shown.length) return;
      event.preventDefault();
      choose(shown[Math.min(Math.max(to, 0), shown.length - 1)], true);
    };
    filter.addEventListener("input", fill);
    filter.addEventListener("keydown", event => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event);
    });
    list.addEventListener("keydown", move);
    place.className = "chooser";
    place.replaceChildren(
      seesay.make("div", { class: "list" }, seesay.make("label", { for: filter.id }, `Filter ${label}`), filter, status, list),
      panel);
    fill();
    return { choose: item => { filter.value = ""; fill(); choose(item, true); } };
  },

  heading(item, numbers) {
    const kind = item.kind ? `, one of the ${item.kind}` : "";
    return seesay.make("p", { class: "note" }, `Place ${item.place} of ${numbers.of}${kind}. Median rank ${item.median.toFixed(1)} over ${item.count} ${numbers.what}.`);
  },

  showWord(word) {
    const { data, make, text, look, player, mark } = seesay;
    const head = make("h4", {}, text("span", word.word));
    if (seesay.saidFor(word.word)) head.append(" ", seesay.saidFor(word.word));
    const tokens = word.tokens.map(place => {
      const token = data.tokens[place];
      const mel = token.mel ? make("span", { class: "mel" },
        make("img", { src: token.mel, alt: `log-Mel frames of ${token.word} by ${token.talker}` }),
        make("i", { style: `left:${token.span[0] * 100}%;right:${(1 - token.span[1]) * 100}%` })) : null;
      return make("article", { class: "token" },
        make("div", { class: "heard" }, player(token),
          make("div", {}, text("b", token.talker), make("small", {}, ` ${token.seconds.toFixed(2)} s · first right fragment at rank ${token.rank.toFixed(1)}`)), mel),
        make("ul", { class: "looks", "aria-label": "Nearest pictures" }, ...token.near.map(near => {
          const picture = data.pictures[near.picture];
          return make("li", {}, look(picture, picture.boxes[near.region]), ...mark(near));
        })));
    });
    return [head, seesay.heading(word, { of: seesay.data.ranked_words, what: "tokens" }), ...tokens];
  },

  showPicture(picture) {
    const { data, make, text, look, player, mark } = seesay;
    const whole = look(picture, null);
    if (picture.uri) {
      picture.fragments.forEach((fragment, n) => {
        const box = picture.boxes[fragment.region];
        if (!box) return;
        const size = picture.height / 16;
        whole.append(seesay.frame(box),
          make("text", { x: box[0] + size / 4, y: box[1] + size, "font-size": size }, String(n + 1)));
      });
    }
    const fragments = picture.fragments.map((fragment, n) => {
      const box = picture.boxes[fragment.region];
      return make("article", { class: "fragment" },
        make("div", { class: "heard" }, look(picture, box, true),
          make("div", {}, make("b", {}, `Fragment ${n + 1}`), make("small", {}, ` ${box ? (fragment.region ? "" : "the whole picture · ") : "without a box · "}first right token at rank ${fragment.rank.toFixed(1)}`))),
        make("ol", { class: "said-near", "aria-label": "Nearest words" }, ...fragment.near.map(near => {
          const token = data.tokens[near.token];
          return make("li", {}, player(token), text("b", token.word), " ", seesay.saidFor(token.word), " ", text("small", token.talker), " ", ...mark(near));
        })));
    });
    return [make("h4", {}, text("code", picture.id)), seesay.heading(picture, { of: data.ranked_pictures, what: "fragments" }),
      make("div", { class: "whole" }, whole, make("ul", { class: "captions" }, ...picture.captions.map(caption => text("li", caption)))),
      make("div", { class: "fragments" }, ...fragments)];
  },

  // A human word, beside the same word by one of the captions' own talkers.
  showHuman(item) {
    const { data, make, text, look, player, mark } = seesay;
    const side = (found, title) => make("article", { class: "token" },
      make("div", { class: "heard" }, player(found),
        make("div", {}, make("b", {}, title), " ", text("span", found.talker || "talker unknown"), make("small", {}, ` ${found.seconds.toFixed(2)} s`))),
      make("ol", { class: "said-near", "aria-label": `Nearest words, ${title}` }, ...found.words.map(near =>
        make("li", {}, data.sounds[near.word] === undefined ? "" : player(data.tokens[data.sounds[near.word]]), " ", text("b", near.word), " ", seesay.saidFor(near.word), " ", ...mark(near)))),
      make("ul", { class: "looks", "aria-label": `Nearest pictures, ${title}` }, ...found.near.map(near => {
        const picture = data.pictures[near.picture];
        return make("li", {}, look(picture, picture.boxes[near.region]), ...mark(near));
      })));
    const kind = item.kind ? `, one of the ${item.kind}` : "";
    const looked = item.looked === null ? "No test picture is right." : `First right picture at rank ${item.looked.toFixed(1)}.`;
    return [make("h4", {}, text("span", item.word)),
      make("p", { class: "note" }, text("span", item.source), `: place ${item.place}${kind}. The right word is at rank ${item.human.rank.toFixed(1)} among all words. ${looked}`),
      make("div", { class: "beside" }, side(item.human, "Human"),
        item.own ? side(item.own, "The captions’ own talker") : make("p", { class: "note" }, "No test picture has this word by the captions’ own talkers."))];
  },

  start() {
    const { data } = seesay;
    if (data.human) {
      const people = data.human.map(item => Object.assign(item, { name: item.word, detail: `${item.source} · ${item.human.rank.toFixed(0)}`, search: `${item.word} ${item.source} ${item.human.talker}` }));
      seesay.human = seesay.chooser(document.getElementById("listen-human"), "human words, by source", people, seesay.showHuman);
    }
    const detail = item => `${item.kind ? `${item.kind} · ` : ""}${item.median.toFixed(1)}`;
    const words = data.words.map(word => Object.assign(word, { name: word.word, detail: detail(word), search: [word.word, ...(data.said_for[word.word] || [])].join(" ") }));
    const pictures = data.pictures.filter(picture => picture.fragments).sort((a, b) => a.place - b.place)
      .map(picture => Object.assign(picture, { name: picture.captions[0] || picture.id, detail: detail(picture), search: [picture.id, ...picture.captions].join(" ") }));
    seesay.words = seesay.chooser(document.getElementById("listen-words"), "words, best ranked first", words, seesay.showWord);
    seesay.pictures = seesay.chooser(document.getElementById("listen-pictures"), "pictures, best ranked first", pictures, seesay.showPicture);
  },
};
seesay.start();
