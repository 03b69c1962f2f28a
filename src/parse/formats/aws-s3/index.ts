import type { LogFormat } from '../../contract.js'
import { namesOf } from '../../meanings.js'
import { HEAD, REFERRER, REQUEST, S3Scanner, SIZES, TAIL, USER_AGENT } from './scan.js'

/**
 * Server access logs of Amazon S3. Quotes in what a client sent are left as they are, so that a line may have two readings.
 * The stamp is when the request was received, in UTC.
 */
export const awsS3: LogFormat = {
  id: 'aws-s3',
  title: 'Amazon S3 server access log',
  reference: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
  example:
    '79a59df900b949e5 example-bucket [10/Oct/2000:20:55:36 +0000] 203.0.113.9 arn:aws:iam::111122223333:user/alice 3E57427F3EXAMPLE REST.GET.OBJECT a.pdf "GET /a.pdf HTTP/1.1" 200 - 2326 2326 12 11 "-" "curl/8.5.0" - s9lzHYrFp76Z= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader example-bucket.s3.eu-north-1.amazonaws.com TLSv1.3 - -',
  scanner: () => new S3Scanner(),
  ...namesOf(
    [...HEAD, REQUEST, ...SIZES, REFERRER, USER_AGENT, ...TAIL].filter((meaning) => meaning !== null),
  ),
  hint: /^[^ ]* [^ ]* \[/,
  stamp: { unknown: 'start' },
}
