#!/usr/bin/env node
import { main } from 'millrace/cli';

process.exitCode = await main(process.argv.slice(2), {
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
