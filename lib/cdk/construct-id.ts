/** As the ids of constructs are written: `per-minute-shuffle` becomes `PerMinuteShuffle`. */
export function constructId(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
