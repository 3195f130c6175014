import { layoutStyle } from './style-layout.ts';
import { referenceStyle } from './style-reference.ts';
import { textStyle } from './style-text.ts';

/** The page's style sheet. */
export const docsStyle: string = [layoutStyle, textStyle, referenceStyle].join('\n');
