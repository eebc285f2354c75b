<?php
// An HR system in PHP asks for an agreement, from the first question to the day plan:
//   MKD_URL=http://127.0.0.1:8080 MKD_TOKEN=... php client.php EMPLOYEE FIRST_DAY

declare(strict_types=1);

/** What was refused: the code can be looked up, and the mend says what to do. */
final class Refused extends RuntimeException
{
}

final class Mkd
{
    /** Being answered already, asked too often, out of order: worth another try. */
    private const AGAIN = ['MKD716', 'MKD717', 'no answer'];

    public function __construct(private readonly string $url, private readonly string $token)
    {
    }

    public function get(string $path, string $as = ''): array
    {
        return $this->ask('GET', $path, $as);
    }

    public function post(string $path, array $body = [], string $as = ''): array
    {
        return $this->ask('POST', $path, $as, json_encode((object) $body, JSON_THROW_ON_ERROR));
    }

    /** What is tried again has the same key, so that it is done once. */
    private function ask(string $method, string $path, string $as, string $body = ''): array
    {
        $headers = [
            "Authorization: Bearer $this->token",
            'Content-Type: application/json',
            'Idempotency-Key: ' . bin2hex(random_bytes(16)),
            ...($as === '' ? [] : ['Mkd-Acting-Person: ' . strtr($as, "\r\n", '  ')]),
        ];
        $context = stream_context_create(['http' => [
            'method' => $method, 'header' => $headers, 'content' => $body, 'timeout' => 30, 'ignore_errors' => true,
            'follow_location' => 0, // the token would go along
        ]]);
        for ($attempt = 1; ; $attempt++) {
            $answer = @file_get_contents($this->url . $path, false, $context);
            $told = json_decode((string) $answer, true) ?? ['code' => 'no answer'];
            $code = $told['code'] ?? null;
            if ($code === null) {
                return $told;
            }
            if ($attempt === 3 || !in_array($code, self::AGAIN, true)) {
                throw new Refused(trim("$code " . ($told['detail'] ?? '') . ' ' . ($told['mend'] ?? '')));
            }
            sleep($attempt);
        }
    }
}

[, $employee, $firstDay] = $argv;
$mkd = new Mkd((string) getenv('MKD_URL'), (string) getenv('MKD_TOKEN'));

echo 'ready:    ', $mkd->get('/health/ready')['status'], "\n";

$decision = $mkd->post('/v1/decide', ['show' => 'brief', 'facts' => ['agreement' => ['remote_days' => 2]]]);
echo 'decision: ', $decision['outcome'], "\n";

$draft = $mkd->post('/v1/agreements', [
    'from' => $firstDay,
    'remote' => 'wed,thu',
    'reason' => 'Quiet work on the report',
    'targets' => [[
        'kind' => 'output', 'indicator' => 'reports delivered', 'direction' => 'at_least', 'value' => 1,
        'unit' => 'reports', 'due' => $firstDay, 'evidence' => 'the report as filed',
    ]],
], as: $employee)['agreement'];
$superior = $mkd->post("/v1/agreements/$draft/submit", as: $employee)['waits_for']['approvers'][0];
echo "waits:    $draft for $superior\n";

$approved = $mkd->post("/v1/agreements/$draft/approve", ['reason' => 'Agreed'], as: $superior);
echo 'state:    ', $approved['state'], "\n";
echo 'shown:    from ', $mkd->get("/v1/agreements/$draft", as: $employee)['from'], "\n";
echo 'day:      ', $mkd->get('/v1/people/' . rawurlencode($employee) . "/days/$firstDay", as: $employee)['windows'][0], "\n";

try {
    $mkd->post("/v1/agreements/$draft/approve", as: $employee);
} catch (Refused $refused) {
    echo 'refused:  ', $refused->getMessage(), "\n";
}
