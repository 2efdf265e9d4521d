async function (x, y) {
  // Where a point of the frame's document is in this one, and whether the frame is what is there.
  const place = () => {
    const { left, top } = this.getBoundingClientRect();
    const style = getComputedStyle(this);
    return [
      left + this.clientLeft + parseFloat(style.paddingLeft) + x,
      top + this.clientTop + parseFloat(style.paddingTop) + y,
    ];
  };
  const inWindow = ([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  if (!inWindow(place())) {
    const [px, py] = place();
    scrollBy({ left: px - innerWidth / 2, top: py - innerHeight / 2, behavior: "instant" });
  }
  if (!inWindow(place())) return { waits: "outside" };
  let at = document.elementFromPoint(...place());
  while (at?.shadowRoot) {
    const inner = at.shadowRoot.elementFromPoint(...place());
    if (!inner || inner === at) break;
    at = inner;
  }
  if (at === this) return { x: place()[0], y: place()[1] };
  return { waits: "covered", by: at ? at.localName + (at.id ? `#${at.id}` : "") : "nothing" };
}
