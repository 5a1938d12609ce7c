import { ask } from './clients.ts';
import type { EmulatedAws } from './ministack.ts';

/** What CloudWatch makes of a metric in a function's log, which the emulator does not read: at once, and for any time. */
export const putMetric = async (
  aws: EmulatedAws,
  { namespace, name, source }: { readonly namespace: string; readonly name: string; readonly source: string },
  value: number,
): Promise<void> => {
  const form = new URLSearchParams({
    Action: 'PutMetricData',
    Version: '2010-08-01',
    Namespace: namespace,
    'MetricData.member.1.MetricName': name,
    'MetricData.member.1.Value': String(value),
    'MetricData.member.1.Dimensions.member.1.Name': 'Source',
    'MetricData.member.1.Dimensions.member.1.Value': source,
  });
  const { status, text } = await ask(aws, { service: 'monitoring', method: 'POST', path: '/', body: form.toString() });
  if (status !== 200) throw new Error(`the metric ${name} was not put: ${text}`);
};
