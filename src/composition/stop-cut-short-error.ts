/** A stop that did not wait for all work to finish. Calls already sent continue at the providers. */
export class StopCutShortError extends Error {
  override readonly name = 'StopCutShortError';
  readonly code = 'stop_cut_short';
  /** What was still in progress, in words. */
  readonly underWay: readonly string[];

  /** @param why a sentence that starts the message */
  constructor(why: string, underWay: readonly string[]) {
    const what = underWay.length === 0 ? 'nothing that is known of' : underWay.join(', ');
    super(`${why} Still under way: ${what}. Answers that had come are stored, or wait in the rescue folder.`);
    this.underWay = underWay;
  }
}
