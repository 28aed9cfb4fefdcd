// reads.js: the reading grade and the length of words while they are written, as screening/reading_grade.py works it out.
// Nothing depends on this file: the page says both of what was kept.
(() => {
  "use strict";
  const syllables = (word) => {
    const letters = word.toLowerCase().replace(/[^a-z]/g, "");
    if (letters.length <= 3) return 1;
    const spoken = letters.replace(/(?:[^laeiouy]es|ed|[^laeiouy]e)$/, "").replace(/^y/, "");
    return Math.max(1, (spoken.match(/[aeiouy]{1,2}/g) ?? []).length);
  };
  const grade = (text) => {
    const words = text.match(/[A-Za-z][A-Za-z'\u2019-]*/g) ?? [];
    const sentences = text.split(/[.!?]+(?=\s|$)/).filter((part) => /[A-Za-z]/.test(part));
    if (!words.length || !sentences.length) return 0;
    const sounds = words.reduce((sum, word) => sum + syllables(word), 0);
    return (0.39 * words.length) / sentences.length + (11.8 * sounds) / words.length - 15.59;
  };
  for (const said of document.querySelectorAll(".reads[data-of]")) {
    const field = document.getElementById(said.dataset.of);
    const say = () => {
      const at = grade(field.value);
      const hard = at.toFixed(1) > Number(said.dataset.highest) ? `, ${said.dataset.hard}` : "";
      said.textContent = `Reading grade ${at.toFixed(1)}${hard}. ${[...field.value].length} of ${said.dataset.most} characters.`;
      said.hidden = !field.value;
    };
    let waits;
    field?.addEventListener("input", () => {
      clearTimeout(waits);
      waits = setTimeout(say, 400);
    });
  }
})();
