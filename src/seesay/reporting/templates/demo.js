// Say a word, show a picture: what the model finds, and how sure it is of it.
// All data go through text nodes and attributes, never through markup.
"use strict";
const demo = {
  data: JSON.parse(document.getElementById("demo-data").textContent),
  playing: null,

  at(id) { return document.getElementById(id); },

  make(tag, attributes, ...children) {
    const svg = ["svg", "image", "rect", "path", "line"].includes(tag);
    const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter(child => child !== null));
    return node;
  },

  text(tag, value, attributes) {
    return demo.make(tag, { dir: "auto", ...attributes }, String(value));
  },

  percent(share) {
    if (share === null) return "–";
    const value = 100 * share;
    return value > 0 && value < 0.1 ? "<\u00a00.1\u00a0%" : `${value.toFixed(value < 10 ? 1 : 0)}\u00a0%`;
  },

  signed(value, digits) { return value.toFixed(digits).replace("-", "−"); },

  title(picture) { return picture.captions[0] || picture.id; },

  // Addresses of pictures and sounds: the server's, or data that the page holds.
  source(kind, number) {
    return demo.data.media ? demo.data.media[kind][number] || null : `/${kind}/${number}`;
  },

  // A picture with framed boxes, in its own pixels; its name where there is no picture to see.
  framed(address, width, height, boxes, name) {
    const gone = demo.text("span", `${name} (not to be seen here)`, { class: "look gone" });
    if (!address || !width) return gone;
    const size = { width, height };
    const image = demo.make("image", { href: address, ...size });
    const look = demo.make("svg", { class: "look", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name }, image,
      ...boxes.map(box => (box ? demo.make("rect", { x: box[0], y: box[1], width: box[2], height: box[3] }) : null)));
    image.addEventListener("error", () => look.replaceWith(gone));
    return look;
  },

  player(address, name) {
    const audio = demo.make("audio", { src: address, preload: "none" });
    const button = demo.make("button", { type: "button", class: "play", "aria-label": `Play ${name}` }, "▶");
    const rest = () => { button.textContent = "▶"; };
    button.addEventListener("click", () => {
      if (demo.playing && demo.playing !== audio) demo.playing.pause();
      if (!audio.paused) { audio.pause(); return; }
      demo.playing = audio;
      audio.currentTime = 0;
      audio.play().then(() => { button.textContent = "■"; }, () => { rest(); button.title = "cannot be played"; });
    });
    audio.addEventListener("pause", rest);
    audio.addEventListener("ended", rest);
    return demo.make("span", { class: "player" }, button, audio);
  },

  // The caption word that a spoken word replaces, if it is another.
  saidFor(spoken, word) {
    return spoken === word ? null : demo.text("span", ` said for ${word}`, { class: "swap" });
  },

  // The sound that was heard, with the part that was taken for the word.
  wave(points, taken) {
    const path = points.map((loud, n) => `M${n + 0.5} ${50 - 48 * loud}V${50 + 48 * loud}`).join("");
    const [from, to] = taken.map(share => share * points.length);
    return demo.make("svg", { class: "wave", viewBox: `0 0 ${points.length} 100`, preserveAspectRatio: "none", role: "img", "aria-label": "Loudness over time; the part taken for the word is coloured" },
      demo.make("rect", { class: "taken", x: from, y: 0, width: to - from, height: 100 }), demo.make("path", { d: path }));
  },

  // All cosines as a histogram, those of the found items as lines.
  spread(all, cosines, what) {
    const [low, high, counts] = all;
    const top = Math.max(...counts), wide = high - low || 1;
    const place = value => ((value - low) / wide) * counts.length;
    return demo.make("figure", { class: "spread" },
      demo.make("svg", { viewBox: `0 0 ${counts.length} 100`, preserveAspectRatio: "none", role: "img", "aria-label": `Cosines of all ${what}, from ${demo.signed(low, 2)} to ${demo.signed(high, 2)}; lines mark those found` },
        ...counts.map((count, n) => demo.make("rect", { x: n, y: 100 - (96 * count) / top, width: 0.9, height: (96 * count) / top })),
        ...cosines.map(value => demo.make("line", { x1: place(value), x2: place(value), y1: 0, y2: 100 }))),
      demo.make("figcaption", {}, `cosines of all ${what}, ${demo.signed(low, 2)} to ${demo.signed(high, 2)}; lines: those found`));
  },

  numbers(item) {
    const part = (name, value, rest) => demo.make("span", {}, name, demo.make("b", {}, value), rest);
    return demo.make("p", { class: "numbers" }, part("cosine ", demo.signed(item.cosine, 3), ""), " ",
      part("above ", demo.percent(item.above), " of others"), " ", part("by chance ", demo.percent(item.wrong), ""));
  },

  // Pictures for a word.
  showPictures(answer, head) {
    const found = answer.found.map(item => {
      const { picture } = item;
      const more = demo.make("button", { type: "button", class: "plain" }, "words for this picture");
      more.addEventListener("click", () => demo.lookAt(picture.number));
      return demo.make("li", {},
        demo.framed(demo.source("picture", picture.number), picture.width, picture.height, [item.box], demo.title(picture)),
        demo.make("p", {}, demo.make("span", { class: "rank" }, `${item.rank}.`), demo.text("span", demo.title(picture)), " ", demo.make("span", { class: "split" }, picture.split)),
        demo.numbers(item), demo.data.look && !demo.data.look[picture.number] ? null : more);
    });
    demo.at("say-answer").replaceChildren(
      demo.make("div", { class: "asked" }, ...head, demo.spread(answer.all, answer.found.map(item => item.cosine), `${answer.of} pictures`)),
      demo.make("ol", { class: "found", "aria-label": "Pictures found, the nearest first" }, ...found));
  },

  // Words for a picture; the place that a word is near to is framed.
  showWords(answer, address, width, height, name) {
    const look = demo.framed(address, width, height, answer.found.map(item => item.box), name);
    const frames = [...look.querySelectorAll("rect")];
    const boxed = answer.found.filter(item => item.box);
    const mark = item => frames.forEach((frame, n) => frame.classList.toggle("now", boxed[n] === item));
    const found = answer.found.map(item => {
      const sound = demo.source("sound", item.token);
      const line = demo.make("li", {}, demo.make("span", { class: "rank" }, `${item.rank}.`),
        sound ? demo.player(sound, `${item.spoken} by ${item.talker}`) : demo.make("span", {}),
        demo.make("div", {}, demo.text("b", item.spoken, { class: "word" }), demo.saidFor(item.spoken, item.word), " ", demo.text("small", item.talker), demo.numbers(item)));
      for (const event of ["mouseenter", "focusin"]) line.addEventListener(event, () => mark(item));
      return line;
    });
    mark(answer.found[0]);
    demo.at("look-answer").replaceChildren(demo.make("div", { class: "seen" },
      demo.make("div", {}, look, demo.text("p", name, { class: "note" }), demo.spread(answer.all, answer.found.map(item => item.cosine), `${answer.of} words`)),
      demo.make("ol", { class: "heard-words", "aria-label": "Words found, the nearest first" }, ...found)));
  },

  say(text, fault) { demo.told("say", text, fault); },

  told(part, text, fault) {
    const status = demo.at(`${part}-status`);
    status.textContent = text;
    status.classList.toggle("fault", Boolean(fault));
    if (fault) demo.at(`${part}-answer`).replaceChildren();
  },

  // The server's answer, or the one that the page holds.
  async ask(address, body) {
    if (!demo.data.live) return demo.held(address);
    let reply;
    try {
      reply = await fetch(address, { method: "POST", body: body || "" });
    } catch {
      throw new Error("no answer: is seesay demo still running?");
    }
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.error);
    return answer;
  },

  held(address) {
    const [, kind, number] = address.split("?")[0].split("/");
    const answer = demo.data[kind][number];
    if (kind === "say") {
      const part = answer[demo.at("split").value];
      return { ...answer, ...part, found: part.found.map(item => ({ ...item, picture: demo.data.pictures[item.picture] })) };
    }
    return { ...answer, picture: demo.data.pictures[number] };
  },

  async sayToken(token) {
    try {
      const answer = await demo.ask(`/say/${token}?split=${demo.at("split").value}`);
      const sound = demo.source("sound", token);
      const player = sound ? demo.player(sound, `${answer.spoken} by ${answer.talker}`) : null;
      demo.again = () => demo.sayToken(token);
      demo.showPictures(answer, [player, demo.text("h3", answer.spoken), demo.saidFor(answer.spoken, answer.word), demo.text("small", answer.talker)]);
      if (player) player.querySelector("button").click();
      demo.say(`${answer.found.length} of ${answer.of} pictures are shown.`);
    } catch (error) {
      demo.say(error.message, true);
    }
  },

  async lookAt(number) {
    try {
      const answer = await demo.ask(`/look/${number}`);
      const { picture } = answer;
      demo.showWords(answer, demo.source("picture", number), picture.width, picture.height, demo.title(picture));
      for (const button of document.querySelectorAll(".own button")) button.setAttribute("aria-pressed", String(Number(button.value) === number));
      demo.told("look", `${answer.found.length} of ${answer.of} words are shown.`);
      demo.at("look").scrollIntoView();
    } catch (error) {
      demo.told("look", error.message, true);
    }
  },

  start() {
    const words = demo.at("own-word"), split = demo.at("split");
    for (const [token, spoken, word, talker] of demo.data.words) {
      const said = spoken === word ? "" : ` for ${word}`;
      words.append(demo.text("option", `${spoken}${said} (${talker})`, { value: token }));
    }
    words.addEventListener("change", () => { if (words.value) demo.sayToken(Number(words.value)); });
    for (const [name, count] of demo.data.splits) split.append(demo.make("option", { value: name }, name === "all" ? `all ${count} pictures` : `the ${count} ${name} pictures`));
    split.addEventListener("change", () => { if (demo.again) demo.again(); });
    demo.at("own-pictures").querySelector("ul").append(...demo.data.shown.map(([number, name]) => {
      const button = demo.make("button", { type: "button", value: number, "aria-pressed": "false" }, demo.make("img", { src: demo.source("picture", number), alt: name, loading: "lazy" }));
      button.addEventListener("click", () => demo.lookAt(number));
      return demo.make("li", {}, button);
    }));
  },
};
demo.start();
