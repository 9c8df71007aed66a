//! Commands of every platform, and each defect with its code.

use serde_json::json;

use super::*;

fn parse(text: &str) -> Result<OtaCommand, CommandError> {
    OtaCommand::parse(text.as_bytes(), OpenHttp::Loopback)
}

/// A good job with `key` replaced; a null takes it away.
fn with(key: &str, value: Value) -> String {
    let mut job = json!({
        "type": "host_mcu",
        "url": "https://images.example/TOKEN",
        "ver": "1.1.0",
        "size": 4096,
        "checksum": "d41d8cd98f00b204e9800998ecf8427e",
    });
    if value.is_null() {
        job.as_object_mut().unwrap().remove(key);
    } else {
        job[key] = value;
    }
    job.to_string()
}

#[test]
fn every_platform_says_the_same_in_its_own_words() {
    let sum = "6d7d2ec96a60ebd1448faa7b3cbb5b1a";
    let commands = [
        json!({ "ota": { "type": "host_mcu", "url": "https://a/b", "ver": "1.1", "size": 530,
            "checksum": sum } }),
        json!({ "msgId": "1", "version": "1.0", "data": { "channel": 9, "version": "1.1",
            "size": "530", "md5": sum, "url": "http://a/b", "httpsUrl": "https://a/b" } }),
        json!({ "id": "1", "code": 200, "params": { "version": "1.1", "size": 530,
            "url": "https://a/b", "signMethod": "Md5", "sign": sum, "module": "default" } }),
        json!({ "id": "1", "method": "ota.device.upgrade", "version": "1.0", "params": {
            "version": "1.1", "signMethod": "md5", "sign": sum, "fileUrl": "https://a/b",
            "fileSize": 530 } }),
        json!({ "name": "n", "type": "URL_LIST", "version": "1.1", "payload": ["https://a/b"],
            "size": 530, "digest": sum }),
    ];
    let wanted = parse(&commands[0].to_string()).unwrap();
    assert_eq!((wanted.length, wanted.kind), (530, ObjectKind::Image));
    assert_eq!(wanted.version.to_string(), "1.1");
    for command in commands {
        assert_eq!(parse(&command.to_string()), Ok(wanted.clone()), "{command}");
    }
}

#[test]
fn each_defect_has_the_code_of_its_field() {
    let two = json!(["https://a/1", "https://a/2"]);
    let cases = [
        ("type", json!("module"), Status::TYPE),
        ("type", json!(7), Status::TYPE),
        ("channel", json!(0), Status::TYPE),
        ("url", Value::Null, Status::URL),
        ("url", json!(""), Status::URL),
        ("url", two, Status::URL),
        ("url", json!("ftp://images.example/TOKEN"), Status::URL),
        ("url", json!("http://images.example/TOKEN"), Status::URL),
        ("ver", Value::Null, Status::VER),
        ("ver", json!(" "), Status::VER),
        ("ver", json!("1".repeat(73)), Status::VER),
        ("size", Value::Null, Status::SIZE),
        ("size", json!(0), Status::SIZE),
        ("size", json!("0"), Status::SIZE),
        ("size", json!("-1"), Status::SIZE),
        ("size", json!(1.5), Status::SIZE),
        ("size", json!(u64::MAX), Status::MEM),
        ("checksum", json!("TOKEN"), Status::REQ),
        ("checksum", json!(1), Status::REQ),
        ("board", json!(""), Status::REQ),
        ("port", json!(0), Status::REQ),
        ("port", json!("http"), Status::REQ),
    ];
    for (key, value, status) in cases {
        let text = with(key, value);
        let error = parse(&text).expect_err(&text);
        assert_eq!(error.status(), status, "{text}: {error}");
        assert!(!error.to_string().contains("TOKEN"), "{error}");
    }
}

#[test]
fn what_is_no_job_at_all_is_a_bad_request() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(COMMAND_BYTES_MAX));
    let deep = "[".repeat(100_000);
    for text in ["", "TOKEN", "[]", "{\"ota\":1}", "{\"a\":", &long, &deep] {
        let error = parse(text).expect_err("no job");
        assert_eq!(error.status(), Status::REQ, "{error}");
        assert!(!error.to_string().contains("TOKEN"), "{error}");
    }
    let error = parse("{\n  \"ver\": oops }").expect_err("no JSON");
    assert_eq!(
        error,
        CommandError::NotJson {
            line: 2,
            column: 10
        }
    );
}

#[test]
fn a_signature_is_made_with_the_method_that_it_names() {
    let sign = |method: &str, sign: &str| {
        let job = json!({ "url": "https://a/b", "version": "1", "size": 1, "sign": sign,
            "signMethod": method });
        parse(&job.to_string()).map(|command| command.checksum.map(|sum| sum.method()))
    };
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    assert_eq!(sign("MD5", md5), Ok(Some("MD5")));
    assert_eq!(sign("SHA256", ""), Ok(None));
    assert_eq!(sign("sha-256", &md5.repeat(2)), Ok(Some("SHA-256")));
    let error = sign("SHA256", md5).expect_err("too short");
    assert_eq!(error.status(), Status::REQ);
}

#[test]
fn the_defect_that_comes_first_in_the_table_is_told() {
    let error = parse("{\"type\":\"module\"}").expect_err("all is missing");
    assert_eq!(error.status(), Status::TYPE);
    let error = parse("{}").expect_err("all is missing");
    assert_eq!(error, CommandError::NoUrl);
}
