import type { Random } from './random.ts';
import { text } from './strings.ts';

/** Where a bid came from. */
export interface Channel {
  readonly channel: string;
  readonly url: string;
}

/** Draws one of four hot channels half of the time, else one of ten thousand cold ones. */
export type Channels = (random: Random) => Channel;

const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];
const COLD_CHANNELS = 10_000;

/** Channels with a fixed URL each, drawn once. */
export function drawChannels(urlRandom: Random): Channels {
  const hot = HOT_CHANNELS.map((channel): Channel => ({ channel, url: url(urlRandom) }));
  const cold = Array.from(
    { length: COLD_CHANNELS },
    (_, index): Channel => ({ channel: `channel-${index}`, url: coldUrl(urlRandom, index) }),
  );
  return (random) => {
    const table = random.below(2) > 0 ? hot : cold;
    return table[random.below(table.length)] ?? { channel: '', url: '' };
  };
}

function url(random: Random): string {
  return `https://www.nexmark.com/${directory(random)}/${directory(random)}/${directory(random)}/item.htm?query=1`;
}

function directory(random: Random): string {
  return text(random, 5, '_');
}

/** Nine in ten name their channel by its number with the bits reversed. */
function coldUrl(random: Random, index: number): string {
  const plain = url(random);
  return random.below(10) > 0 ? `${plain}&channel_id=${absolute(reverseBits(index))}` : plain;
}

/** As in Java, the least 32-bit number has no positive counterpart and stays as it is. */
function absolute(value: number): number {
  return Math.abs(value) | 0;
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) reversed = (reversed << 1) | ((value >>> bit) & 1);
  return reversed;
}
