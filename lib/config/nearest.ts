/** The word most likely meant by a mistyped one, or undefined when none is near. */
export const nearest = (typed: string, known: readonly string[]): string | undefined => {
  if (typed.length > typedCharsMax) return undefined;
  const wanted = typed.toLowerCase();
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const word of known) {
    const edits = editsBetween(wanted, word.toLowerCase());
    // A third of the letters wrong is still a typing mistake; more is another word.
    if (edits <= Math.max(1, Math.floor(word.length / 3)) && (best === undefined || edits < best.edits)) {
      best = { word, edits };
    }
  }
  return best?.word;
};

/** Longer than any known word; bounds the work on a hostile one. */
const typedCharsMax = 60;

/** Levenshtein's distance: letters to add, drop or change; one row of the table at a time. */
const editsBetween = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
