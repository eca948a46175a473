import type { Random } from './random.ts';

const LETTER_A = 97;
const BLANK = 32;

const scratch = Buffer.alloc(1024);

/**
 * A text of 3 to `maxLength` − 1 small letters with a filler at about every 13th place. Blanks at its ends are cut
 * off, so with the blank as filler it can be shorter, even empty.
 */
export function text(random: Random, maxLength: number, filler = ' '): string {
  const fillerCode = filler.charCodeAt(0);
  const length = 3 + random.below(maxLength - 3);
  let start = 0;
  let end = 0;
  for (let index = 0; index < length; index += 1) {
    const code = random.below(13) === 0 ? fillerCode : LETTER_A + random.below(26);
    scratch[index] = code;
    if (code !== BLANK) end = index + 1;
    else if (start === index) start += 1;
  }
  return scratch.toString('latin1', start, Math.max(start, end));
}

/** Makes a string of exactly this many characters. */
export type ExactText = (random: Random, length: number) => string;

/** A string drawn six characters to a random number: from `H` to `z`, with the backslash among them. */
export function exactText(random: Random, length: number): string {
  const bytes = length <= scratch.length ? scratch : Buffer.alloc(length);
  let rest = 0;
  for (let index = 0; index < length; index += 1) {
    if (index % 6 === 0) rest = random.int();
    bytes[index] = LETTER_A + (rest % 26);
    rest = (rest / 26) | 0;
  }
  return bytes.toString('latin1', 0, length);
}

const SHEET_LENGTH = 2 ** 20;

/** Cuts strings out of one long one that is drawn once, for half its length and less. */
export function exactTextFromSheet(sheetRandom: Random): ExactText {
  const sheet = exactText(sheetRandom, SHEET_LENGTH);
  return (random, length) => {
    if (length >= SHEET_LENGTH / 2) return exactText(random, length);
    const offset = random.below(SHEET_LENGTH - length);
    return sheet.slice(offset, offset + length);
  };
}

/** Fills a record of `currentBytes` up to about `averageBytes`, give or take a fifth of what is missing. */
export function filling(
  random: Random,
  exact: ExactText,
  currentBytes: number,
  averageBytes: number,
): string {
  if (currentBytes > averageBytes) return '';
  const missing = averageBytes - currentBytes;
  const spread = Math.round(missing * 0.2);
  return exact(random, missing - spread + (spread === 0 ? 0 : random.below(2 * spread)));
}
