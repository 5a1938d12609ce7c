import { describe, expect, it } from '@jest/globals';
import { deployed, pathOf } from './deployed.ts';

const stack = deployed();

type Variables = { readonly Variables: Readonly<Record<string, unknown>> };

describe('the state', () => {
  const table = stack.one('State', 'AWS::DynamoDB::Table');

  it('outlives the stack and cannot be deleted by mistake', () => {
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties.DeletionProtectionEnabled).toBe(true);
  });

  it('can be set back to an earlier second', () => {
    expect(table.Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
  });

  it('may lie in another table, such as one that was restored: all go on with that, and the stack makes none', () => {
    const restored = deployed({ aws: { stateTable: 'tokenwatch-restored' } });
    expect(restored.all('AWS::DynamoDB::Table')).toEqual([]);
    const tables = restored
      .all('AWS::Lambda::Function')
      .map(({ Properties }) => (Properties.Environment as Variables | undefined)?.Variables.STATE_TABLE)
      .filter((name) => name !== undefined);
    // Slack's function names it in what it says, and may not touch it.
    expect(tables).toEqual(Array.from({ length: 5 }, () => 'tokenwatch-restored'));
    const [written] = restored
      .statements('Poll-pulumi-acme/Reader')
      .filter(({ actions }) => actions.includes('dynamodb:PutItem'));
    expect(written?.resources).toEqual([
      `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/tokenwatch-restored`,
    ]);
  });

  it('is paid by use, and forgets by itself what expires', () => {
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
});

describe('whatever is logged', () => {
  it('is kept for as long as the settings say, and nothing for ever', () => {
    const days = stack.all('AWS::Logs::LogGroup').map((group) => [pathOf(group), group.Properties.RetentionInDays]);
    expect(Object.fromEntries(days)).toEqual({
      'Archive/Events/Resource': 400,
      'Bus-scalr-acme/Log/Resource': 400,
      'Digest/Writer/Logs/Resource': 30,
      'Poll-pulumi-acme/Reader/Logs/Resource': 30,
      'Poll-pulumi-acme-labs/Reader/Logs/Resource': 30,
      'Poll-scalr-acme/Reader/Logs/Resource': 30,
      'Slack/Notifier/Logs/Resource': 30,
    });
  });

  it('goes into a group of the stack, where Lambda would make one that is kept for ever', () => {
    const functions = stack.all('AWS::Lambda::Function');
    expect(functions.filter(({ Properties }) => Properties.LoggingConfig === undefined)).toEqual([]);
  });

  it('is JSON, an error’s kind and text as fields that can be searched', () => {
    const formats = stack.all('AWS::Lambda::Function').map(({ Properties }) => Properties.LoggingConfig);
    expect(formats.filter((config) => (config as { LogFormat?: string }).LogFormat !== 'JSON')).toEqual([]);
  });
});

describe('a stack that is removed', () => {
  it('leaves the state, the archive and Scalr’s log, and nothing else', () => {
    const left = stack.resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain').map(pathOf);
    expect(left.toSorted()).toEqual(['Archive/Events/Resource', 'Bus-scalr-acme/Log/Resource', 'State/Table/Resource']);
  });

  it('leaves nothing that stands in the way of the next stack of its name', () => {
    const names = stack
      .all('AWS::Logs::LogGroup')
      .flatMap(({ Properties }) => (Properties.LogGroupName === undefined ? [] : [Properties.LogGroupName]));
    expect(names).toHaveLength(2);
    for (const name of names) expect(JSON.stringify(name)).toContain('AWS::StackId');
  });

  it('calls Scalr’s log what the settings call it, so that commands on a laptop find it', () => {
    const logGroup = '/aws/events/tokenwatch/scalr-acme';
    const scalr = { account: 'acme', eventSource: 'aws.partner/scalr.com/acme/audit', logGroup };
    const named = deployed({ sources: [{ scalr }] });
    expect(named.one('Bus-scalr-acme', 'AWS::Logs::LogGroup').Properties.LogGroupName).toBe(logGroup);
    expect(named.one('Poll-scalr-acme', 'AWS::Lambda::Function').Properties.Environment).toMatchObject({
      Variables: { SCALR_LOG_GROUP: { Ref: named.one('Bus-scalr-acme', 'AWS::Logs::LogGroup').id } },
    });
  });
});

describe('the archive', () => {
  it('comes with the questions of an incident, each line of an answer once', () => {
    const queries = stack.all('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);
    expect(queries.map(({ Name }) => Name)).toEqual([
      'tokenwatch/Everything a principal did',
      'tokenwatch/Everything from a network',
      'tokenwatch/Alerts, and what was seen around them',
    ]);
    for (const { QueryString: text } of queries) expect(text).toMatch(/\| dedup id\n\| limit \d+$/);
  });
});
