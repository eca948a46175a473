/**
 * The AWS SDK as the Lambda runtime brings it along: a module of it that the function's folder lacks is the one that is
 * installed with this package.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!specifier.startsWith('@aws-sdk/')) throw error;
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  }
}
