import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { mayHoldToken } from '../../../../src/oauth/answer/may-hold-token.ts';
import { bodyText, jsonOf } from '../../../../src/oauth/answer/answer-body.ts';

const LONG = 'abcdefgh12345678';
const UUID = '7b0e6d1c-35cf-4b4e-9a1e-6f2f2c9f2d10';

/** A body, and its content type if it is not the one of JSON. */
type Body = string | Buffer | readonly [body: string | Buffer, type: string];

const HOLDS: Record<string, Body> = {
  'tokens under other names': `{"accessToken":"a","refreshToken":"b"}`,
  'tokens in another place': `{"data":{"access_token":"a"}}`,
  'tokens deep in lists': `[[{"x":[{"credentials":["a"]}]}]]`,
  'a token as a number': `{"access_token":12345}`,
  'a token type and nothing else': `{"token_type":"bearer"}`,
  'a long text under a name that says nothing': `{"value":"${LONG}"}`,
  'a UUID under a name that says nothing': `{"id":"${UUID}"}`,
  'a JSON text alone': `"${LONG}"`,
  'an error that is null, beside a token': `{"error":null,"at":"${LONG}"}`,
  'an error that is empty, beside a token': `{"error":"","errors":{},"at":"${LONG}"}`,
  'an error object that is empty': `{"error":{},"at":"${LONG}"}`,
  'a URL with a token in it': '{"next":"https://example.com/#access_token=a"}',
  'JSON that claims to be HTML': [`{"access":"a"}`, 'text/html'],
  'JSON that is cut off': `{"access_token":"${LONG}`,
  'JSON within text': [`)]}',\n{"access_token":"a"}`, 'text/plain'],
  'form encoding': ['access_token=a&token_type=bearer', 'application/x-www-form-urlencoded'],
  'form encoding that claims to be text': ['expires_in=1&refresh_token=a', 'text/plain'],
  'a bare JWT': [`${LONG}.${LONG}.${LONG}`, 'application/jwt'],
  'what was compressed': [gzipSync('{"access_token":"a"}'), 'application/json'],
  'what was compressed, and claims to be HTML': [gzipSync('{"access_token":"a"}'), 'text/html'],
  'UTF-16': [Buffer.from('{"access_token":"a"}é', 'utf16le'), 'application/json'],
  'more members than anybody reads': JSON.stringify(Array.from({ length: 100_001 }, () => 1)),
};

const HOLDS_NONE: Record<string, Body> = {
  nothing: '',
  'blanks and a byte order mark': '\ufeff \r\n',
  'an HTML page': ['<!doctype html><title>Just a moment...</title><p data-token="abcdefgh12345678">', 'text/html'],
  'an HTML page that claims to be JSON': '  \n<html><body>refresh_token=abcdefgh12345678',
  'an HTML fragment': ['please wait abcdefgh12345678', 'text/html; charset=utf-8'],
  XML: [`<?xml version="1.0"?><token>${LONG}</token>`, 'application/xml'],
  'an error': `{"error":"invalid_grant","error_description":"Token ${LONG}"}`,
  'an error beside a token': `{"error":"server_error","access_token":"${LONG}"}`,
  'an error object': `{"error":{"code":"invalid","trace":"${LONG}"}}`,
  'what is not ok': `{"ok":false,"token":"${LONG}"}`,
  'an empty object': '{}',
  'an empty list': '[]',
  null: 'null',
  true: 'true',
  'a number': '1234567890123456789',
  'a message with blanks': '{"message":"The service is under maintenance at the moment"}',
  'a message of one short word': '{"status":"maintenance"}',
  'a URL': '{"see":"https://status.example.com/incidents/1234567890"}',
  'a time': '{"now":"2026-11-28T13:13:16.123Z"}',
  'the name of a request': `{"status":"busy","request_id":"${UUID}","x-trace-id":"${UUID}"}`,
  'a token that is null': '{"access_token":null,"refresh_token":""}',
  'a token that is true': '{"access_token":true,"tokens":[],"credential":{}}',
  'a short text': ['OK', 'text/plain'],
  'words about access': ['Access denied. Please refresh.', 'text/plain'],
  'a text with a URL': ['See https://status.example.com/incidents/1234567890', 'text/plain'],
  'JSON nested very deep': `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
};

describe('an answer that nobody understands', () => {
  for (const [name, body] of Object.entries(HOLDS)) {
    it(`may hold a token where it is ${name}`, () => {
      assert.equal(judged(body), true);
    });
  }

  for (const [name, body] of Object.entries(HOLDS_NONE)) {
    it(`plainly holds none where it is ${name}`, () => {
      assert.equal(judged(body), false);
    });
  }
});

function judged(given: Body): boolean {
  const [text, type] = typeof given === 'string' || Buffer.isBuffer(given) ? [given, 'application/json'] : given;
  const body = Buffer.from(text as string);
  return mayHoldToken({ headers: { 'content-type': type }, body, json: jsonOf(bodyText(Buffer.from(body))) });
}
