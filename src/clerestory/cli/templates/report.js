// Opens a page picture in place, plays recordings at a word; keys walk through the answers. Without this
// script all links still work: those into recordings carry their second.
"use strict";
document.documentElement.classList.add("js");
const source = document.getElementById("source");
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !source.showModal) return;
  event.preventDefault();
  const image = source.querySelector("img");
  image.src = link.href;
  image.alt = link.dataset.alt || "";
  source.querySelector("span").textContent = link.dataset.open;
  source.showModal();
});
source.addEventListener("click", (event) => {
  if (event.target === source || event.target.closest("button")) source.close();
});
document.addEventListener("keydown", (event) => {
  if (source.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "j" && event.key !== "k") return;
  const stops = [...document.querySelectorAll("[data-stop]")];
  const at = stops.findIndex((stop) => stop.contains(document.activeElement));
  const next = stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "j" ? 1 : -1)))];
  if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "center" }); }
});

// Seconds in the page are those of the whole recording; a file that was cut out begins at its offset.
const playerOf = (element) => element.closest("[data-player]");
const mediaOf = (player) => player.querySelector("video, audio");
const secondsOf = (player) => mediaOf(player).currentTime + Number(player.dataset.offset);
function play(player, second, start = true) {
  const media = mediaOf(player);
  const go = () => { media.currentTime = Math.max(0, second - Number(player.dataset.offset)); };
  if (media.readyState > 0) go();
  else { media.addEventListener("loadedmetadata", go, { once: true }); media.preload = "auto"; media.load(); }
  if (start) media.play().catch(() => {});
}
function playerFor(element) {
  const name = element.dataset.in;
  const file = name ? document.querySelector(`[data-asset="${name}"]`) : element.closest("[data-asset]");
  return playerOf(element) || (file && file.querySelector("[data-player]"));
}
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const target = event.target.closest("[data-seek], [data-t], .wave");
  const player = target && playerFor(target);
  if (!player) return;
  if (target.matches(".wave")) {
    const place = target.getBoundingClientRect();
    const first = Number(player.dataset.offset);
    const share = (event.clientX - place.left) / place.width;
    play(player, first + share * (Number(player.dataset.end) - first), false);
    return;
  }
  if (target.matches("[data-t]") && String(getSelection())) return; // words are being selected
  event.preventDefault();
  play(player, Number(target.dataset.seek || target.dataset.t));
  if (target.dataset.in) player.scrollIntoView({ block: "center" });
});
document.addEventListener("keydown", (event) => {
  const button = event.key === " " && event.target.closest("a.play");
  if (button) { event.preventDefault(); button.click(); }
});
for (const type of ["play", "timeupdate", "seeked"]) {
  document.addEventListener(type, (event) => {
    const player = event.target.closest && playerOf(event.target);
    if (!player) return;
    if (type === "play") {
      for (const other of document.querySelectorAll("video, audio")) if (other !== event.target) other.pause();
    }
    show(player);
  }, true);
}
function show(player) {
  const now = secondsOf(player);
  const first = Number(player.dataset.offset);
  const line = player.querySelector(".now");
  line.hidden = false;
  line.style.left = `${(100 * (now - first)) / (Number(player.dataset.end) - first)}%`;
  const around = player.closest("[data-asset]") || player;
  for (const item of around.querySelectorAll(".said li")) {
    const sounding = Number(item.dataset.from) <= now + 0.05 && now < Number(item.dataset.to);
    item.classList.toggle("sounding", sounding);
  }
}
