// What the page sends to the server: a recorded word, or a chosen file.
"use strict";
const live = {
  say(sound, name, trim, ended) {
    return ear.show(sound, name, ended, () => {
      if (sound.size > demo.data.most) throw new Error("the recording is too large; give a smaller file");
      return demo.ask(`/say?split=${demo.at("split").value}${trim ? "&trim=1" : ""}`, sound);
    });
  },

  async look(file) {
    demo.told("look", "Looking …");
    try {
      if (file.size > demo.data.most) throw new Error("the picture is too large; give a smaller file");
      const answer = await demo.ask("/look", file);
      demo.showWords(answer, answer.uri, answer.width, answer.height, file.name);
      demo.told("look", `${answer.found.length} of ${answer.of} words are shown. Searched in ${answer.took.toFixed(2)} s.`);
    } catch (error) {
      demo.told("look", error.message, true);
    }
  },

  start() {
    ear.heard = (samples, rate, ended) => live.say(ear.wav(samples, rate), "the recording", true, ended);
    ear.given = file => live.say(file, file.name, false, null);
    ear.field("picture", file => live.look(file));
    const drop = demo.at("drop");
    for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
      drop.addEventListener(name, event => { event.preventDefault(); drop.classList.toggle("over", over); });
    }
    drop.addEventListener("drop", event => { if (event.dataTransfer.files[0]) live.look(event.dataTransfer.files[0]); });
  },
};
live.start();
