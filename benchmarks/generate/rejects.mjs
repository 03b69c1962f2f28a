/**
 * Lines that no reader of combined logs may take for a record, of the kinds that real logs hold. `TIME` stands for a
 * stamp, eight `~` for digits.
 */
export const REJECTS = [
  // cut by a crash or a full disk
  '93.184.216.34 - - [TIME] "GET /blog/networking/measuring-latency-~~~~~~~~',
  // the next process wrote before the line was whole
  '93.184.216.34 - - [TIME] "GET /images/pho93.184.216.35 - - [TIME] "GET /style2.css HTTP/1.1" 200 4877 "-" "Mozilla/5.0 (X11)"',
  // an error log, and what a script printed, in the same file
  '[Sun May 17 10:05:03.~~~~~~~~ 2015] [core:error] [pid 4242] [client 93.184.216.34:55555] AH00126: Invalid URI in request',
  'Traceback (most recent call last): File "/srv/www/blog/comments.cgi", line 77, in <module>',
  // no stamp, an impossible one, a status in words
  '93.184.216.34 - - "GET /articles/ HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
  '93.184.216.34 - - [31/Feb/2015:10:05:03 +0000] "GET /articles/ HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
  '93.184.216.34 - - [TIME] "GET /articles/ HTTP/1.1" OK 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
  // a damaged block of the disk
  '\x8f\xa1\x02\xfe\xc3\x28\x9d\x07~~~~~~~~\xf0\x9f\xff\xe2\x80\x12\x13\xb7\xd8\xee\x91\xaa\x0e\x0f',
]
