import { Aws, Fn } from 'aws-cdk-lib';

/**
 * Eight characters that CloudFormation gives to a stack when it makes it. In the name of what outlives a stack, so that it
 * does not stand in the way of the next stack of that name.
 */
export const stackBirthmark = (): string =>
  // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/0123abcd-...
  Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
