// Opens a page picture in place; keys walk through the answers. Without this script all links still work.
"use strict";
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
