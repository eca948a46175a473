/** Which rows without a partner are results too: of neither side, of the left, of the right, of both. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full';

/** What `select` gets for the left side: absent where the kind lets right rows stand alone. */
export type LeftOf<Kind extends JoinKind, L> = Kind extends 'right' | 'full' ? L | undefined : L;

/** What `select` gets for the right side: absent where the kind lets left rows stand alone. */
export type RightOf<Kind extends JoinKind, R> = Kind extends 'left' | 'full' ? R | undefined : R;

/** The side of a join an event came by: input 0 is the left one. */
export type Side = 'left' | 'right';

export function sideOf(input: number): Side {
  return input === 0 ? 'left' : 'right';
}

/** Whether a row of this side is a result even without a partner. */
export function standsAlone(kind: JoinKind, side: Side): boolean {
  return kind === 'full' || kind === side;
}
