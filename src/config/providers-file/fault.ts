/** A problem at one place in the providers file. Holds names of members but no values. */
export interface Fault {
  /** The provider and the path of the member, such as `acme.account.url`. */
  readonly where: string;
  /** The end of a sentence that begins with `where`. */
  readonly problem: string;
  /** A complete sentence. */
  readonly accepted: string;
}
