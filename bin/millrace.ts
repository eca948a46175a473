#!/usr/bin/env node
import { main } from 'millrace/cli';

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
process.once('SIGTERM', () => interruption.abort());

process.exitCode = await main(process.argv.slice(2), {
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  interrupted: interruption.signal,
});
