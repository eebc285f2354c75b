<?php
// An HR system in PHP that the library asks for people, hands notices to, and tells of events:
//   HR_TOKEN=... HR_SECRET=whsec_... HR_FOLDER=/some/folder php -S 127.0.0.1:8000 host.php

declare(strict_types=1);

const UNITS = [['key' => 'data', 'name' => 'Seksi Data', 'head' => 'head', 'zone' => 'WIB', 'region' => 'ID-JB']];
const PEOPLE = [
    ['key' => 'sekar', 'unit' => 'data', 'superior' => 'head', 'name' => 'Sekar Ayuningrat',
        'email' => 'sekar@example.go.id', 'number' => '198104232006042902', 'employment' => 'pns',
        'facts' => ['applicant.employment' => 'pns', 'applicant.rating' => 'good']],
    ['key' => 'head', 'unit' => 'data', 'name' => 'Bagaskara Adinata',
        'email' => 'head@example.go.id', 'number' => '197511302000031903', 'employment' => 'pns'],
];
const ORDERS = [['kind' => 'plh', 'acting' => 'sekar', 'starts' => '2026-05-01', 'unit' => 'data', 'reference' => '800/1']];

function reply(int $status, ?array $body = null): never
{
    http_response_code($status);
    if ($body !== null) {
        header('Content-Type: application/' . ($status === 200 ? 'json' : 'problem+json'));
        echo json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE);
    }
    exit;
}

/** A setting that has to be there: with an empty secret anybody could sign. */
function setting(string $name): string
{
    $value = (string) getenv($name);
    return $value !== '' ? $value : reply(503, ['title' => "$name is not set", 'status' => 503, 'code' => 'not_set']);
}

function compared(string $handle): string
{
    return strtolower(str_replace(' ', '', $handle));
}

/** The first of the list that the test holds for. */
function first(array $list, callable $test): ?array
{
    foreach ($list as $one) {
        if ($test($one)) {
            return $one;
        }
    }
    return null;
}

function person(?array $found): array
{
    return $found === null ? ['status' => 'not_mine'] : ['status' => 'found', 'employee' => $found];
}

/** Keep what has that key once; true when it is new. A file made with "x" is made by one request alone. */
function kept(string $key, string $content): bool
{
    $file = @fopen(setting('HR_FOLDER') . '/' . hash('sha256', $key), 'x');
    return $file !== false && fwrite($file, $content) !== false && fclose($file);
}

/** A notice of a key is answered alike however often it comes. */
function notice(string $key, string $body): array
{
    kept($key, $body);
    return ['status' => 'taken', 'reference' => hash('sha256', $key)];
}

/** Whether a message was signed with our secret within the last five minutes (Standard Webhooks). */
function isSigned(string $body): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $moment = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    $secret = base64_decode(substr(setting('HR_SECRET'), strlen('whsec_')), true);
    if (strlen((string) $secret) < 24 || abs(time() - (int) $moment) > 300) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$moment.$body", $secret, true));
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$body = (string) file_get_contents('php://input');

if ($path === '/events') {
    if (!isSigned($body)) {
        reply(401);
    }
    $event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    if (kept($event['id'], $body)) {
        file_put_contents(setting('HR_FOLDER') . '/events.txt', "{$event['type']} {$event['subject']}\n", FILE_APPEND);
    }
    reply(204);
}
if (!hash_equals('Bearer ' . setting('HR_TOKEN'), $_SERVER['HTTP_AUTHORIZATION'] ?? '')) {
    reply(401, ['title' => 'the token is none of ours', 'status' => 401, 'code' => 'wrong_token']);
}
$sent = $body === '' ? $_GET : json_decode($body, true, 512, JSON_THROW_ON_ERROR);
match ($path) {
    '/health' => reply(200, ['status' => 'ok']),
    '/identity/person' => reply(200, person(first(PEOPLE, fn($one) => $one['key'] === $sent['key']))),
    '/identity/lookup' => reply(200, person(first(
        PEOPLE,
        fn($one) => in_array(compared($sent['handle']), [$one['number'], $one['email']], true)
    ))),
    '/identity/people' => reply(200, ['people' => PEOPLE]),
    '/identity/unit' => reply(200, ['unit' => first(UNITS, fn($one) => $one['key'] === $sent['key'])]),
    '/identity/units' => reply(200, ['units' => UNITS]),
    '/identity/mandates' => reply(200, ['mandates' => ORDERS]),
    '/notification/notices' => reply(200, notice($sent['key'], $body)),
    default => reply(404, ['title' => 'nothing is here', 'status' => 404, 'code' => 'no_such_path']),
};
