// Replaces each clip's controls with a small button, and plays one sound at a time. Without this
// script, the browser's controls stay.
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
