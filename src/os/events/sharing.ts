/**
 * Makes `work` shareable: calls made before it begins, or while an earlier round is under way, are served by one next
 * round. A round begins only after the caller's synchronous part, and never overlaps another. All who share a round
 * get its error.
 */
export function sharing(work: () => Promise<void> | void): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function round(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined); // those who shared that round were told
    await null;
    const mine = next;
    underWay = mine;
    next = undefined;
    try {
      await work();
    } finally {
      if (underWay === mine) underWay = undefined;
    }
  }

  return () => {
    next ??= round(underWay);
    return next;
  };
}
