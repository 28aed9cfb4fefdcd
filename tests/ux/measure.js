// What tests ask a page in the browser: its layout shift, its small targets, its colors, and what axe finds.
window.measure = (() => {
  let shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => (shifted += each.value)))
    .observe({ type: "layout-shift", buffered: true });
  const shown = (each) => {
    const box = each.getBoundingClientRect();
    return each.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1 && box.bottom > 0;
  };
  const isInSentence = (each) => {
    const around = each.parentElement.closest("p, li, dd, dt, td, figcaption, span:not(sup span)");
    return each.tagName === "A" && getComputedStyle(each).display === "inline" && around !== null &&
      around.textContent.trim() !== each.textContent.trim();
  };
  const target = (each) => {
    if (each.type === "radio" || each.type === "checkbox") return each.closest("label") || each;
    const cover = getComputedStyle(each, "::after");
    return cover.position === "absolute" && cover.inset === "0px" ? each.offsetParent : each;
  };
  const restyled = (css) => {
    const style = document.getElementById("added") || document.head.appendChild(document.createElement("style"));
    style.id = "added";
    style.textContent = css;
  };
  const sideways = () => document.documentElement.scrollWidth - innerWidth;
  const widest = () =>
    [...document.querySelectorAll("body *")]
      .filter((each) => shown(each) && !each.closest(".vh, svg") && each.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3)
      .map((each) => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 30)}`);
  const smallTargets = (least) =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .map((each) => [each, target(each)])
      .filter(([each, area]) => shown(area) && !each.closest(".vh") && !isInSentence(each))
      .map(([each, area]) => [each, area.getBoundingClientRect()])
      .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
      .map(([each, box]) => `${each.tagName} ${(each.textContent || each.name).trim().slice(0, 40)} ` +
        `${Math.round(box.width)}x${Math.round(box.height)}`);
  const clipping = () =>
    [...document.querySelectorAll("main *, footer *, header *")]
      .filter((each) => /hidden|clip/.test(getComputedStyle(each).overflow) && !each.closest(".vh, svg, input, textarea, select"));
  const clipped = (parts = clipping()) =>
    parts.filter((each) => shown(each))
      .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
      .map((each) => each.outerHTML.slice(0, 80));
  // What lies behind a part: each background from the page on, and what stands out of the order of the page.
  const behind = (each, known) => {
    if (!each) return "";
    if (!known.has(each)) {
      const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(each);
      const own = backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none" && opacity === "1" ? "" :
        `|${backgroundColor} ${backgroundImage} ${opacity}`;
      const placed = /static|relative/.test(position) ? "" : `|${position} ${each.tagName}.${each.className}`;
      known.set(each, behind(each.parentElement, known) + own + placed);
    }
    return known.get(each);
  };
  const look = (each, known) => {
    const { color, fontSize, fontWeight, textDecorationLine } = getComputedStyle(each);
    const around = each.tagName === "A" ? getComputedStyle(each.parentElement).color : "";
    return [color, fontSize, fontWeight, textDecorationLine, around, behind(each, known)].join(" ");
  };
  return {
    // All in one task: between two questions the browser would paint a page that nobody looks at.
    layout: (least, styles) => {
      const found = smallTargets(least).map((each) => `small: ${each}`);
      const parts = clipping(); // the same in every one of the styles
      for (const [name, css] of Object.entries(styles)) {
        restyled(css);
        if (sideways() > 0) found.push(`scrolls sideways, ${name}: ${widest()}`);
        found.push(...clipped(parts).map((each) => `cut off, ${name}: ${each}`));
      }
      restyled("");
      return found;
    },
    sideways,
    clipped,
    faults: (options) =>
      axe.run(document, options).then((found) =>
        found.violations.map((fault) => `${fault.id}: ${fault.nodes.slice(0, 3).map((node) => node.target.join(" "))}`)),
    // How each text looks: two that look the same have the same contrast.
    looks: () => {
      const known = new Map();
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (text) =>
        text.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
      const parts = new Set(document.querySelectorAll("input, textarea, select"));
      while (texts.nextNode()) parts.add(texts.currentNode.parentElement);
      return [...new Set([...parts].map((each) => look(each, known)))];
    },
    shift: () => new Promise((tell) => requestAnimationFrame(() => setTimeout(() => tell(shifted)))),
  };
})();
