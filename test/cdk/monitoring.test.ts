import { describe, expect, test } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { METRICS } from '../../lib/plan/index.ts';
import { orders } from '../support/orders.ts';
import { ordersPipeline, ordersStack, templateOf } from './orders-stack.ts';

describe('alarms', () => {
  test.each([
    ['failing', { MetricName: 'Errors', Namespace: 'AWS/Lambda', EvaluationPeriods: 5, Threshold: 1 }],
    ['an hour behind', { MetricName: 'IteratorAge', Namespace: 'AWS/Lambda', Threshold: 3_600_000 }],
    ['results that wait', { MetricName: 'undelivered', Namespace: 'Millrace', Threshold: 1 }],
    [
      'dead letters',
      { MetricName: 'deadLetters', Namespace: 'Millrace', EvaluationPeriods: 1, Threshold: 1 },
    ],
    ['records that may be lost', { MetricName: 'silenceMs', Namespace: 'Millrace', Threshold: 86_400_000 }],
  ])('each stage has one for %s', (_, properties) => {
    templateOf().resourcePropertiesCountIs(
      'AWS::CloudWatch::Alarm',
      { ...properties, TreatMissingData: 'notBreaching', AlarmActions: Match.absent() },
      1,
    );
  });

  test('a stage that halts on errors has one for that', () => {
    const halted = { MetricName: 'halted', Namespace: 'Millrace', EvaluationPeriods: 1, Threshold: 1 };

    const [quarantining, halting] = [templateOf(), templateOf({ pipeline: { ...orders, onError: 'halt' } })];

    quarantining.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', halted, 0);
    halting.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', halted, 1);
  });

  test('they do what they are told', () => {
    const stack = ordersStack();
    const topic = new Topic(stack, 'OnCall');

    ordersPipeline({ alarmActions: [new SnsAction(topic)] }, stack);

    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^OnCall') }],
    });
  });

  test('their metrics are those of the pipeline and the stage', () => {
    templateOf().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'deadLetters',
      Dimensions: [
        { Name: 'pipeline', Value: 'orders' },
        { Name: 'stage', Value: 'orders' },
      ],
    });
  });
});

describe('the dashboard', () => {
  test('shows every metric there is but those that are for their alarms', () => {
    const dashboards = templateOf().findResources('AWS::CloudWatch::Dashboard');

    const [body] = Object.values(dashboards).map((dashboard) => JSON.stringify(dashboard));
    expect(Object.keys(METRICS).filter((name) => body?.includes(name) !== true)).toEqual([
      'halted',
      'silenceMs',
    ]);
  });

  test('is left out on demand', () => {
    const stack = ordersStack();

    ordersPipeline({ dashboard: false }, stack);

    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });
});
