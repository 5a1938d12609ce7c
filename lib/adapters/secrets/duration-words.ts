/** Seconds as a person would say them: `12 hours`. Exact enough for when a token ends. */
export const durationWords = (seconds: number): string => {
  const units = [
    { seconds: 86_400, name: 'day' },
    { seconds: 3_600, name: 'hour' },
    { seconds: 60, name: 'minute' },
  ] as const;
  const unit = units.find((candidate) => seconds >= 2 * candidate.seconds) ?? { seconds: 1, name: 'second' };
  const count = Math.floor(seconds / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
};
