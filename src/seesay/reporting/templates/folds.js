// Folded parts: closed at first; opened by an address that points into them, and for printing.
// Without this script, all are open.
const folds = [...document.querySelectorAll("details.fold")];
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const inside = target.querySelector(":scope > details.fold");
  for (let one = inside ?? target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  target.scrollIntoView();
};
for (const fold of folds) {
  fold.open = false;
  fold.addEventListener("toggle", () => draw(fold));
}
draw(document);
reveal();
addEventListener("hashchange", reveal);
document.querySelector("nav").addEventListener("click", event => {
  // Repeating the same address does not change it.
  if (event.target.hash && event.target.hash === location.hash) reveal();
});
let closed = [];
addEventListener("beforeprint", () => {
  closed = folds.filter(fold => !fold.open);
  closed.forEach(fold => { fold.open = true; });
});
addEventListener("afterprint", () => closed.forEach(fold => { fold.open = false; }));
