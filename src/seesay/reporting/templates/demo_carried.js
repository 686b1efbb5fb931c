// Hears words without a server: the same log-Mel frames, speech branch and search as seesay's, for
// a network of linear layers (`seesay.commands.demo.carried`).
"use strict";
const carried = {
  PAUSE: 0.2, // s; longer silence ends a word
  SHARE: 1 / 3, // of the way from the noise to the loud parts, in dB: above it is sound
  MOST: 10, // s of a recording
  POINTS: 240, // of the drawing of a sound
  BINS: 40, // of the histogram

  floats(text) {
    return new Float32Array(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
  },

  // Frames of samples at the model's rate: frame i is centred on sample i x hop.
  frames(samples) {
    const { width, hop, fft, floor } = carried.mel, { window, filters, cosines, sines } = carried;
    const bins = fft / 2 + 1, power = new Float64Array(bins), part = new Float64Array(width), found = [];
    for (let middle = 0; middle <= samples.length; middle += hop) {
      const start = middle - Math.floor(width / 2);
      for (let n = 0; n < width; n++) part[n] = (samples[start + n] || 0) * window[n];
      for (let bin = 0; bin < bins; bin++) {
        let real = 0, imaginary = 0;
        for (let n = 0, at = 0; n < width; n++, at = (at + bin) & (fft - 1)) {
          real += part[n] * cosines[at];
          imaginary += part[n] * sines[at];
        }
        power[bin] = real * real + imaginary * imaginary;
      }
      found.push(Float32Array.from(filters, filter => {
        let sum = 0;
        for (const [bin, weight] of filter) sum += weight * power[bin];
        return Math.log(Math.max(sum, floor));
      }));
    }
    return found;
  },

  // The vector of a word that is all of the frames, by span and normalise (seesay.audio.logmel).
  vector(samples) {
    const { rate, hop, frames: wanted, span, normalise, floor } = carried.mel;
    const frames = carried.frames(samples), width = frames[0].length, last = frames.length - 1;
    const seconds = samples.length / rate, silence = new Float32Array(width).fill(Math.log(floor));
    if (normalise === "recording") {
      for (let f = 0; f < width; f++) {
        const mean = Math.fround(frames.reduce((sum, frame) => sum + frame[f], 0) / frames.length);
        for (const frame of frames) frame[f] -= mean;
      }
    }
    const middle = Math.floor((Math.floor(samples.length / 2 + 0.5) + Math.floor(hop / 2)) / hop);
    const rows = [];
    for (let n = 0; n < wanted; n++) {
      if (span === "word") {
        const place = ((n + 0.5) / wanted) * seconds * (rate / hop), left = Math.floor(place);
        if (place > last) { rows.push(silence); continue; }
        const right = frames[Math.min(left + 1, last)];
        rows.push(frames[left].map((value, f) => value * (1 - (place - left)) + right[f] * (place - left)));
        continue;
      }
      const step = n - Math.floor(wanted / 2), at = middle + step, time = (at * hop) / rate;
      const outside = span === "masked" && step !== 0 && (time < 0 || time > seconds);
      rows.push(at < 0 || at > last || outside ? silence : frames[at]);
    }
    return carried.rounded(normalise === "token" ? carried.level(rows, silence[0]) : Float32Array.from(rows.flatMap(row => [...row])));
  },

  // Mean 0 and deviation 1 over the frames that are not silent; silent ones become 0.
  level(rows, silence) {
    const heard = rows.filter(row => row.some(value => Math.abs(value - silence) > 1e-3)).flatMap(row => [...row]);
    const count = Math.max(heard.length, 1), mean = heard.reduce((sum, value) => sum + value, 0) / count;
    const deviation = Math.sqrt(heard.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    return Float32Array.from(rows.flatMap(row => {
      const sound = row.some(value => Math.abs(value - silence) > 1e-3);
      return [...row].map(value => (sound ? (value - mean) / Math.max(deviation, 1e-6) : 0));
    }));
  },

  // Rounded to the bits of the run's features, ties to even.
  rounded(values) {
    const whole = new Uint32Array(values.buffer), drop = 24 - carried.mel.bits;
    for (let n = 0; n < whole.length; n++) {
      whole[n] = (whole[n] + (1 << (drop - 1)) - 1 + ((whole[n] >>> drop) & 1)) & (0xffffffff << drop);
    }
    return values;
  },

  // The embedding of a word's vector, of length 1.
  embed(vector) {
    let values = vector.map((value, n) => (value - carried.mean[n]) / carried.deviation[n]);
    for (const { weight, bias, least, most } of carried.layers) {
      values = bias.map((start, row) => {
        let sum = start;
        for (let n = 0; n < values.length; n++) sum += weight[row * values.length + n] * values[n];
        return most === null ? sum : Math.min(Math.max(sum, least), most);
      });
    }
    const length = Math.hypot(...values) || 1;
    return Float64Array.from(values, value => value / length);
  },

  // The cosine of two rows of length 1, rounded to 1e-6. Each is a place in an array of numbers.
  cosine(one, at, other, place, size) {
    let sum = 0;
    for (let n = 0; n < size; n++) sum += one[at + n] * other[place + n];
    return Math.round(sum * 1e6) / 1e6;
  },

  // The share of wrong words that are as near to a picture (seesay.commands.demo.chance).
  wrong(picture, cosine) {
    const { units, words, right } = carried.chance, { size } = carried.gallery, own = carried.gallery.units;
    const known = new Set(right[picture.number]);
    let near = 0, all = 0;
    for (let word = 0; word < words.length; word++) {
      if (known.has(words[word])) continue;
      all++;
      for (let row = picture.first; row < picture.end; row++) {
        if (carried.cosine(units, word * size, own, row * size, size) < cosine) continue;
        near++;
        break;
      }
    }
    return all ? (1 + near) / (1 + all) : null;
  },

  search(word) {
    const { units, size, starts, boxes } = carried.gallery, cosines = new Float64Array(units.length / size);
    for (let row = 0; row < cosines.length; row++) cosines[row] = carried.cosine(units, row * size, word, 0, size);
    const split = demo.at("split").value;
    const pictures = starts.map((first, number) => {
      const end = number + 1 < starts.length ? starts[number + 1] : cosines.length;
      let best = first;
      for (let row = first; row < end; row++) if (cosines[row] > cosines[best]) best = row;
      return { number, first, end, best, cosine: cosines[best] };
    }).filter(({ number }) => split === "all" || demo.data.pictures[number].split === split);
    pictures.sort((one, other) => other.cosine - one.cosine || one.number - other.number);
    const low = pictures[pictures.length - 1].cosine, high = pictures[0].cosine, counts = new Array(carried.BINS).fill(0);
    for (const { cosine } of pictures) counts[Math.min(carried.BINS - 1, Math.floor((carried.BINS * (cosine - low)) / (high - low || 1)))]++;
    const found = pictures.slice(0, 10).map((picture, n) => ({
      rank: n + 1, picture: demo.data.pictures[picture.number], box: boxes[picture.best], cosine: picture.cosine,
      above: pictures.length > 1 ? pictures.filter(other => other.cosine < picture.cosine).length / (pictures.length - 1) : null,
      wrong: carried.wrong(picture, picture.cosine),
    }));
    return { found, of: pictures.length, all: [low, high, counts] };
  },

  // Samples at another rate, by the browser.
  async resampled(samples, given, wanted) {
    const context = new OfflineAudioContext(1, Math.max(1, Math.round((samples.length * wanted) / given)), wanted);
    const buffer = context.createBuffer(1, samples.length, given);
    buffer.copyToChannel(samples, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.start();
    return (await context.startRendering()).getChannelData(0);
  },

  // The first and last sample of the loudest stretch of sound.
  word(samples) {
    const size = Math.round(carried.mel.rate * ear.STEP), loud = [];
    for (let at = 0; at + size <= samples.length; at += size) {
      loud.push(10 * Math.log10(samples.subarray(at, at + size).reduce((sum, value) => sum + value * value, 0) / size + 1e-10));
    }
    const sorted = [...loud].sort((one, other) => one - other);
    const noise = sorted[Math.floor(sorted.length / 20)], most = sorted[sorted.length - 1];
    if (!(most - noise >= ear.STANDS_OUT)) throw new Error("no word is louder than the noise; speak up, nearer to the microphone, and choose the right one in the browser");
    const least = Math.max(noise + carried.SHARE * (most - noise), most - 35), spans = [];
    loud.forEach((level, n) => {
      if (level <= least) return;
      const span = spans[spans.length - 1], energy = 10 ** (level / 10);
      if (span && (n - span.last) * ear.STEP <= carried.PAUSE) { span.last = n; span.energy += energy; }
      else spans.push({ first: n, last: n, energy });
    });
    const best = spans.reduce((one, other) => (other.energy > one.energy ? other : one));
    return [best.first * size, (best.last + 1) * size];
  },

  answer(samples, trim) {
    const start = performance.now();
    const [from, to] = trim ? carried.word(samples) : [0, samples.length];
    const found = carried.search(carried.embed(carried.vector(samples.slice(from, to))));
    const points = Math.min(carried.POINTS, samples.length), step = samples.length / points;
    const wave = Array.from({ length: points }, (_, n) =>
      Math.min(1, samples.subarray(Math.floor(n * step), Math.max(Math.floor(n * step) + 1, Math.floor((n + 1) * step))).reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
    return { ...found, wave, seconds: samples.length / carried.mel.rate, taken: [from / samples.length, to / samples.length], took: (performance.now() - start) / 1000 };
  },

  async decoded(file) {
    if (file.size > demo.data.most) throw new Error("the recording is too large; give a smaller file");
    let sound;
    try {
      sound = await new OfflineAudioContext(1, 1, carried.mel.rate).decodeAudioData(await file.arrayBuffer());
    } catch {
      throw new Error("the recording: cannot be read as audio; replace it");
    }
    if (sound.duration > carried.MOST) throw new Error(`the recording: longer than ${carried.MOST} s; cut out one word`);
    const channels = Array.from({ length: sound.numberOfChannels }, (_, n) => sound.getChannelData(n));
    return channels[0].map((_, n) => channels.reduce((sum, channel) => sum + channel[n], 0) / channels.length);
  },

  // What the frames need: window, filters and the waves of the spectrum.
  hear(mel) {
    const turn = of => Float64Array.from({ length: mel.fft }, (_, n) => of((2 * Math.PI * n) / mel.fft));
    const bins = mel.fft / 2 + 1, dense = carried.floats(mel.filters);
    Object.assign(carried, {
      mel, window: carried.floats(mel.window), cosines: turn(Math.cos), sines: turn(Math.sin),
      filters: Array.from({ length: dense.length / bins }, (_, f) => [...dense.subarray(f * bins, (f + 1) * bins)].map((weight, bin) => [bin, weight]).filter(([, weight]) => weight)),
    });
  },

  start() {
    const { mel, mean, deviation, layers, gallery, chance } = demo.data.carried;
    carried.hear(mel);
    Object.assign(carried, {
      mean: carried.floats(mean), deviation: carried.floats(deviation),
      layers: layers.map(layer => ({ ...layer, weight: carried.floats(layer.weight), bias: carried.floats(layer.bias) })),
      gallery: { ...gallery, units: carried.floats(gallery.units) },
      chance: { ...chance, units: carried.floats(chance.units) },
    });
    ear.heard = (samples, rate, ended) => ear.show(ear.wav(samples, rate), "the recording", ended, async () =>
      carried.answer(await carried.resampled(samples, rate, mel.rate), true));
    ear.given = file => ear.show(file, file.name, null, async () => carried.answer(await carried.decoded(file), false));
  },
};
carried.start();
