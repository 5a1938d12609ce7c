import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { MonitorFunction } from './monitor-function.ts';

/**
 * What the monitor has learned. It takes weeks to learn again, so the table outlives the stack, cannot be deleted by
 * mistake, and can be set back to any second of the last 35 days. Encrypted with a key that AWS owns: the table holds no
 * secret, and a key of our own would cost a dollar a month.
 */
export class StateTable extends Construct {
  readonly table: Pick<ITable, 'tableArn' | 'tableName'>;

  /** `existing`: the name of a table to go on with in place of our own, such as one that was restored. */
  constructor(scope: Construct, id: string, { existing }: { readonly existing: string | undefined }) {
    super(scope, id);
    this.table = existing === undefined ? this.#newTable() : Table.fromTableName(this, 'Existing', existing);
  }

  #newTable(): Table {
    return new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** For whoever polls this source: reads and commits its part of the table, and the list of sources. */
  writtenBy(user: MonitorFunction, source: string): void {
    user.allow([...reading, ...writing], this.table.tableArn, {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [`source|${source}`, 'sources'] },
    });
    this.namedTo(user);
  }

  readBy(user: MonitorFunction): void {
    user.allow(reading, this.table.tableArn);
    this.namedTo(user);
  }

  /** For whoever says in words where the state is, and may not touch it. */
  namedTo(user: MonitorFunction): void {
    user.function.addEnvironment('STATE_TABLE', this.table.tableName);
  }
}

const reading = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
/** A transaction needs the permissions of its parts, and none of its own. */
const writing = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
