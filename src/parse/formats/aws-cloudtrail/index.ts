import { FIELD } from '../../../columns/contract.js'
import type { LogFormat, ValueMeaning } from '../../contract.js'
import { fromMap } from '../../json/scan-json.js'
import { as, bytes, extra, text } from '../../meanings.js'

const EVENT: Readonly<Record<string, ValueMeaning>> = {
  eventTime: as({ as: 'time', time: { kind: 'iso' } }),
  sourceIPAddress: as({ as: 'address' }),
  userAgent: text(FIELD.userAgent),
  'userIdentity.userName': text(FIELD.user, 0),
  'userIdentity.arn': text(FIELD.user, 1),
  'userIdentity.principalId': text(FIELD.user, 2),
  'userIdentity.invokedBy': text(FIELD.user, 3),
  'userIdentity.accessKeyId': text(FIELD.token),
  'userIdentity.type': extra('user_type'),
  'tlsDetails.clientProvidedHostHeader': text(FIELD.host),
  'additionalEventData.bytesTransferredOut': bytes(false),
  'additionalEventData.bytesTransferredIn': extra('request_length'),
  'additionalEventData.MFAUsed': extra('mfa_used'),
  'responseElements.ConsoleLogin': extra('result_code'),
  'requestParameters.bucketName': extra('bucket'),
  'requestParameters.key': extra('key'),
  eventName: extra('operation'),
  'insightDetails.eventName': extra('operation'),
  eventSource: extra('event_source'),
  'insightDetails.eventSource': extra('event_source'),
  'insightDetails.insightType': extra('insight_type'),
  'insightDetails.state': extra('insight_state'),
  eventType: extra('event_type'),
  eventID: extra('event_id'),
  requestID: extra('request_id'),
  errorCode: extra('error_code'),
  errorMessage: extra('message'),
  readOnly: extra('read_only'),
  awsRegion: extra('region'),
  recipientAccountId: extra('account'),
}

/** An event alone, the only one of a document, and as EventBridge hands it on. */
const PLACES = ['', 'Records.0.', 'detail.']

function everywhere(path: string): string {
  return PLACES.map((place) => place + path).join('|')
}

/** Events of CloudTrail, one a line; so are its insights and digests. The stamp is when the request was completed. */
export const awsCloudtrail: LogFormat = {
  id: 'aws-cloudtrail',
  title: 'AWS CloudTrail',
  reference: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html',
  example:
    '{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"alice","accessKeyId":"AKIAEXAMPLE"},"eventTime":"2000-10-10T20:55:36Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers","awsRegion":"eu-north-1","sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2.15.0"}',
  ...fromMap({
    members: {
      ...Object.fromEntries(
        PLACES.flatMap((place) => Object.entries(EVENT).map(([path, meaning]) => [place + path, meaning])),
      ),
      digestEndTime: as({ as: 'time', time: { kind: 'iso' } }),
      digestS3Bucket: extra('bucket'),
      digestS3Object: extra('key'),
      awsAccountId: extra('account'),
    },
    needs: [
      `${everywhere('eventTime')}|digestEndTime`,
      `${everywhere('eventSource')}|${everywhere('insightDetails.eventSource')}|digestS3Object`,
    ],
  }),
  stamp: { unknown: 'end' },
}
