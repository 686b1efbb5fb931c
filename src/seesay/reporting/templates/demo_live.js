// What the page sends to the server: a word from the microphone, or a chosen file.
"use strict";
const live = {
  listening: null,
  LONGEST: 8, // s of a recording
  QUIET: 0.18, // s of silence after which the word has ended
  LEAST: 0.06, // s of sound that are a word
  STANDS_OUT: 12, // dB that it is above the noise
  STEP: 0.01, // s of a frame

  async record() {
    if (live.listening) { live.listening.stop(); return; }
    const button = demo.at("record");
    let stream;
    try {
      if (!navigator.mediaDevices) throw new Error("this browser gives no microphone to this page");
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    } catch (error) {
      demo.say(`No microphone: ${error.message}. Allow it in the browser, or choose a recording.`, true);
      return;
    }
    const context = new AudioContext();
    await context.resume();
    await context.audioWorklet.addModule("/demo_microphone.js");
    const ear = new AudioWorkletNode(context, "ear", { numberOfOutputs: 0 });
    const hearing = live.hearing(context.sampleRate);
    const stop = async () => {
      if (live.listening === null) return;
      live.listening = null;
      const ended = hearing.ended();
      ear.port.onmessage = null;
      stream.getTracks().forEach(track => track.stop());
      context.close();
      button.setAttribute("aria-pressed", "false");
      button.textContent = "● Record a word";
      demo.at("level").style.width = "0";
      await live.send(live.wav(hearing.samples(), context.sampleRate), true, ended);
    };
    live.listening = { stop };
    ear.port.onmessage = ({ data }) => {
      hearing.take(data);
      demo.at("level").style.width = `${Math.max(0, Math.min(100, 1.6 * (hearing.level() + 62)))}%`;
      if (hearing.over()) stop();
    };
    context.createMediaStreamSource(stream).connect(ear);
    button.setAttribute("aria-pressed", "true");
    button.textContent = "■ Listening: say one word";
    demo.say("Listening. The recording ends by itself after the word.");
  },

  // Frames of a recording in dB, and whether a word has begun and ended in them.
  hearing(rate) {
    const blocks = [], loud = [], size = Math.round(rate * live.STEP);
    let sum = 0, filled = 0, last = 0, judged = 0;
    return {
      take(block) {
        blocks.push(block);
        for (const value of block) {
          sum += value * value;
          if (++filled < size) continue;
          loud.push(10 * Math.log10(sum / size + 1e-10));
          sum = filled = 0;
        }
      },
      level() { return loud.length ? loud[loud.length - 1] : -100; },
      // The noise is the faintest twentieth; what lies above the middle to the loudest is sound.
      over() {
        if (loud.length === judged) return false;
        judged = loud.length;
        if (judged * live.STEP >= live.LONGEST) return true;
        const sorted = [...loud].sort((a, b) => a - b);
        const noise = sorted[Math.floor(judged / 20)], most = sorted[judged - 1];
        if (most - noise < live.STANDS_OUT) return false;
        const least = Math.max((noise + most) / 2, most - 35);
        let sounds = 0;
        loud.forEach((level, n) => { if (level > least) { sounds++; last = n; } });
        return sounds * live.STEP >= live.LEAST && (judged - 1 - last) * live.STEP >= live.QUIET;
      },
      // When the word ended, on the page's clock.
      ended() { return performance.now() - 1000 * live.STEP * (loud.length - 1 - last); },
      samples() {
        const all = new Float32Array(blocks.reduce((count, block) => count + block.length, 0));
        let at = 0;
        for (const block of blocks) { all.set(block, at); at += block.length; }
        return all;
      },
    };
  },

  // 16-bit PCM in a RIFF file.
  wav(samples, rate) {
    const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
    const text = (at, value) => [...value].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, "data"); view.setUint32(40, 2 * samples.length, true);
    samples.forEach((value, n) => view.setInt16(44 + 2 * n, Math.round(32767 * Math.max(-1, Math.min(1, value))), true));
    return new Blob([view], { type: "audio/wav" });
  },

  async send(sound, trim, ended) {
    const sent = performance.now();
    demo.say("Searching …");
    try {
      if (sound.size > demo.data.most) throw new Error("the recording is too large; give a smaller file");
      const answer = await demo.ask(`/say?split=${demo.at("split").value}${trim ? "&trim=1" : ""}`, sound);
      demo.again = () => live.send(sound, trim);
      if (live.address) URL.revokeObjectURL(live.address);
      live.sound = sound;
      live.address = URL.createObjectURL(sound);
      const name = trim ? "the recording" : sound.name || "the recording";
      demo.showPictures(answer, [demo.player(live.address, name), demo.wave(answer.wave, answer.taken)]);
      const taken = answer.seconds * (answer.taken[1] - answer.taken[0]);
      const part = `${taken.toFixed(2)} s of ${answer.seconds.toFixed(2)} s are taken for the word`;
      const shown = performance.now();
      live.seconds = { after: ended ? (shown - ended) / 1000 : null, asked: (shown - sent) / 1000, took: answer.took };
      const after = ended ? ` Shown ${live.seconds.after.toFixed(2)} s after its end.` : "";
      demo.say(`${part}.${after} Searched in ${answer.took.toFixed(3)} s.`);
    } catch (error) {
      demo.say(error.message, true);
    }
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
    demo.at("record").addEventListener("click", () => live.record());
    const given = (id, use) => demo.at(id).addEventListener("change", event => {
      if (event.target.files[0]) use(event.target.files[0]);
      event.target.value = "";
    });
    given("recording", file => live.send(file, false));
    given("picture", file => live.look(file));
    const drop = demo.at("drop");
    for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
      drop.addEventListener(name, event => { event.preventDefault(); drop.classList.toggle("over", over); });
    }
    drop.addEventListener("drop", event => { if (event.dataTransfer.files[0]) live.look(event.dataTransfer.files[0]); });
  },
};
live.start();
