// What tests ask a page in the browser: its layout shift, its small targets, and what axe finds.
window.measure = (() => {
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
  const clipped = () =>
    [...document.querySelectorAll("main *, footer *, header *")]
      .filter((each) => shown(each) && !each.closest(".vh, svg, input, textarea, select") && /hidden|clip/.test(getComputedStyle(each).overflow))
      .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
      .map((each) => each.outerHTML.slice(0, 80));
  return {
    // All in one task: between two questions the browser would paint a page that nobody looks at.
    layout: (least, styles) => {
      const found = smallTargets(least).map((each) => `small: ${each}`);
      for (const [name, css] of Object.entries(styles)) {
        restyled(css);
        if (sideways() > 0) found.push(`scrolls sideways, ${name}: ${widest()}`);
        found.push(...clipped().map((each) => `cut off, ${name}: ${each}`));
      }
      restyled("");
      return found;
    },
    sideways,
    clipped,
    faults: (options) =>
      axe.run(document, options).then((found) =>
        found.violations.map((fault) => `${fault.id}: ${fault.nodes.slice(0, 3).map((node) => node.target.join(" "))}`)),
    shift: () =>
      new Promise((tell) => {
        let sum = 0;
        const seen = new PerformanceObserver((list) => list.getEntries().forEach((each) => (sum += each.value)));
        seen.observe({ type: "layout-shift", buffered: true });
        setTimeout(() => tell(sum), 60);
      }),
  };
})();
