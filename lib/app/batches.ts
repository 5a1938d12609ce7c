/** A long list in as few steps as whoever takes them allows. */

export type Batches<Item> = {
  /** Longest batch to begin with. */
  readonly sizeMax: number;
  /**
   * How many of the batch were taken, from its start; 0 where all of it is too much and nothing was done. A single one
   * is taken or an error. `isLast`: the batch reaches to the end of the list.
   */
  readonly take: (batch: readonly Item[], isLast: boolean) => Promise<number>;
  /** Asked between batches. */
  readonly isStopped?: () => boolean;
};

/** Half as many after a batch that was too long, twice as many after one that was not. Gives what was left undone. */
export const inBatches = async <Item>(
  items: readonly Item[],
  { sizeMax, take, isStopped }: Batches<Item>,
): Promise<{ readonly left: number; readonly sizeMax: number }> => {
  let size = sizeMax;
  let from = 0;
  while (from < items.length) {
    if (from > 0 && isStopped?.() === true) break;
    const batch = items.slice(from, from + size);
    const taken = await take(batch, from + batch.length === items.length);
    if (taken === 0 && batch.length === 1) throw new RangeError('A single item must be taken.');
    if (taken === 0) size = Math.ceil(batch.length / 2);
    if (taken === batch.length) size *= 2;
    from += taken;
  }
  return { left: items.length - from, sizeMax: size };
};
