import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { SUBJECT_HEADER } from './request/authenticate.ts';
import type { HttpSettings } from './services.ts';

const PREFLIGHT_SECONDS = 600;

/** Headers that we read. */
const OURS = ['authorization', 'content-type', 'x-api-key', SUBJECT_HEADER.toLowerCase()];

/**
 * Headers that tracing adds to the requests of a page, whether the page's author knows it or not. We read none of them,
 * but a browser sends no request at all if one is not allowed.
 */
const OF_TRACING = [
  // W3C Trace Context and Baggage
  ...['traceparent', 'tracestate', 'baggage'],
  // Sentry
  'sentry-trace',
  // Zipkin (B3), in one header and in several
  ...['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  // Datadog RUM
  ...['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-origin', 'x-datadog-sampling-priority'],
  ...['x-datadog-sampled', 'x-datadog-tags'],
  // New Relic, Elastic, Azure Application Insights, AWS X-Ray, Google Cloud, Jaeger, OpenTracing, Instana, Dynatrace
  ...['newrelic', 'elastic-apm-traceparent', 'request-id', 'request-context', 'x-amzn-trace-id'],
  ...['x-cloud-trace-context', 'uber-trace-id', 'ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled'],
  ...['x-instana-t', 'x-instana-s', 'x-instana-l', 'x-dtc', 'x-dtreferer', 'x-dtpc'],
  // Ids of requests by common habit
  ...['x-request-id', 'x-correlation-id', 'x-trace-id', 'x-client-trace-id'],
];

/** Lets pages of these origins call and read the answers. */
export function allowedOrigins(origins: HttpSettings['corsOrigins']): MiddlewareHandler {
  const answer: MiddlewareHandler = cors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: [...OURS, ...OF_TRACING],
    exposeHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  });
  // Only browsers send `Origin`, and only they read the CORS headers of the response.
  return (context, next) => (context.req.header('origin') === undefined ? next() : answer(context, next));
}
