/** The parts of an OpenAPI 3.1 document that the page reads. */
export interface ApiDescription {
  readonly info: { readonly title: string; readonly version: string };
}

/** The API's reference for people. */
export function docsPage(document: ApiDescription): string {
  return document.info.title;
}

/** Its style sheet. */
export const docsStyle: string = '';
