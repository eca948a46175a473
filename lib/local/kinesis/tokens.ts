/**
 * Tokens are opaque to callers: a kind and its fields as JSON in base64. The kind carries a version, so that a token
 * of another kind or of an older layout isn't mistaken for one of these.
 */
export type TokenKind = 'iterator-1' | 'shards-1' | 'streams-1';

export type TokenField = string | number | null;

export function encodeToken(kind: TokenKind, fields: readonly TokenField[]): string {
  return Buffer.from(JSON.stringify([kind, ...fields])).toString('base64');
}

/** The fields of a token of this kind, or undefined for any other text. */
export function decodeToken(kind: TokenKind, token: string): readonly unknown[] | undefined {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(token, 'base64').toString());
    return Array.isArray(decoded) && decoded[0] === kind ? decoded.slice(1) : undefined;
  } catch {
    return undefined;
  }
}
