import { layoutStyle } from './style-layout.ts';
import { referenceStyle } from './style-reference.ts';
import { textStyle } from './style-text.ts';

/** The style sheet of the API reference. */
export const docsStyle: string = [layoutStyle, textStyle, referenceStyle].join('\n');
