// Records one word from the microphone, and shows what was heard. Who searches for it sets
// `ear.heard` (samples and their rate) and `ear.given` (a file).
"use strict";
const ear = {
  listening: null,
  LONGEST: 8, // s of a recording
  QUIET: 0.18, // s of silence after which the word has ended
  LEAST: 0.06, // s of sound that are a word
  STANDS_OUT: 12, // dB that it is above the noise
  STEP: 0.01, // s of a frame

  async record() {
    if (ear.listening) { ear.listening.stop(); return; }
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
    await context.audioWorklet.addModule(ear.worklet());
    const node = new AudioWorkletNode(context, "ear", { numberOfOutputs: 0 });
    const hearing = ear.hearing(context.sampleRate);
    const stop = async () => {
      if (ear.listening === null) return;
      ear.listening = null;
      const ended = hearing.ended();
      node.port.onmessage = null;
      stream.getTracks().forEach(track => track.stop());
      context.close();
      button.setAttribute("aria-pressed", "false");
      button.textContent = "● Record a word";
      demo.at("level").style.width = "0";
      await ear.heard(hearing.samples(), context.sampleRate, ended);
    };
    ear.listening = { stop };
    node.port.onmessage = ({ data }) => {
      hearing.take(data);
      demo.at("level").style.width = `${Math.max(0, Math.min(100, 1.6 * (hearing.level() + 62)))}%`;
      if (hearing.over()) stop();
    };
    context.createMediaStreamSource(stream).connect(node);
    button.setAttribute("aria-pressed", "true");
    button.textContent = "■ Listening: say one word";
    demo.say("Listening. The recording ends by itself after the word.");
  },

  // The program that hands on samples: the server's, or one that the page holds.
  worklet() {
    if (!demo.data.worklet) return "/demo_microphone.js";
    return `data:text/javascript,${encodeURIComponent(demo.data.worklet)}`;
  },

  // Frames of a recording in dB, and whether a word has begun and ended in them.
  hearing(rate) {
    const blocks = [], loud = [], size = Math.round(rate * ear.STEP);
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
        if (judged * ear.STEP >= ear.LONGEST) return true;
        const sorted = [...loud].sort((a, b) => a - b);
        const noise = sorted[Math.floor(judged / 20)], most = sorted[judged - 1];
        if (most - noise < ear.STANDS_OUT) return false;
        const least = Math.max((noise + most) / 2, most - 35);
        let sounds = 0;
        loud.forEach((level, n) => { if (level > least) { sounds++; last = n; } });
        return sounds * ear.STEP >= ear.LEAST && (judged - 1 - last) * ear.STEP >= ear.QUIET;
      },
      // When the word ended, on the page's clock.
      ended() { return performance.now() - 1000 * ear.STEP * (loud.length - 1 - last); },
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

  // Search for a sound: `search` gives the answer of the server or of the page.
  async show(sound, name, ended, search) {
    const sent = performance.now();
    demo.say("Searching …");
    try {
      const answer = await search();
      demo.again = () => ear.show(sound, name, null, search);
      if (ear.address) URL.revokeObjectURL(ear.address);
      ear.sound = sound;
      ear.address = URL.createObjectURL(sound);
      demo.showPictures(answer, [demo.player(ear.address, name), demo.wave(answer.wave, answer.taken)]);
      const taken = answer.seconds * (answer.taken[1] - answer.taken[0]);
      const part = `${taken.toFixed(2)} s of ${answer.seconds.toFixed(2)} s are taken for the word`;
      const shown = performance.now();
      ear.seconds = { after: ended ? (shown - ended) / 1000 : null, asked: (shown - sent) / 1000, took: answer.took };
      const after = ended ? ` Shown ${ear.seconds.after.toFixed(2)} s after its end.` : "";
      demo.say(`${part}.${after} Searched in ${answer.took.toFixed(3)} s.`);
    } catch (error) {
      demo.say(error.message, true);
    }
  },

  // A field for files, emptied so that the same file can be chosen again.
  field(id, use) {
    demo.at(id).addEventListener("change", event => {
      if (event.target.files[0]) use(event.target.files[0]);
      event.target.value = "";
    });
  },

  start() {
    demo.at("record").addEventListener("click", () => ear.record());
    ear.field("recording", file => ear.given(file));
  },
};
ear.start();
