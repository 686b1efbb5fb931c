// A small button in place of each clip's controls, one sound at a time; without this script the
// browser's own stand there.
"use strict";
{
  let playing = null;
  for (const audio of document.querySelectorAll("#lexicon audio")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "play";
    button.setAttribute("aria-label", `Play ${audio.getAttribute("aria-label")}`);
    const rest = () => { button.textContent = "▶"; };
    rest();
    button.addEventListener("click", () => {
      if (playing && playing !== audio) playing.pause();
      if (!audio.paused) { audio.pause(); return; }
      playing = audio;
      audio.currentTime = 0;
      audio.play().then(() => { button.textContent = "■"; }, rest);
    });
    audio.addEventListener("pause", rest);
    audio.addEventListener("ended", rest);
    audio.removeAttribute("controls");
    audio.before(button);
  }
}
