//! The routes as they stand: each answers under its method, nothing else does, and every answer carries the headers.

use beseda_model::Code;

use crate::world::Server;

fn described() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&beseda_server::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &serde_json::Value)| {
        item.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

#[tokio::test]
async fn every_described_route_is_there_with_its_method_and_headers() {
    let server = Server::start().await;
    let routes = described();
    assert_eq!(routes.len(), 14);
    for (path, method) in routes {
        let real = path.replace("{fingerprint}", &"0".repeat(64)).replace("{code}", "AAAA-AAAA");
        let answer = server.send(&method, &real, &[], &[]).await;
        let nowhere = String::from_utf8_lossy(&answer.body).contains("nothing at this path");
        assert!(!nowhere && answer.status != 405, "{method} {path}: {answer:?}");
        for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff"] {
            assert!(answer.head.contains(header), "{method} {path}: {}", answer.head);
        }
        assert!(!answer.head.contains("access-control-allow"), "no other origin is let in");
        let other = if method == "GET" { "POST" } else { "GET" };
        let refused = server.send(other, &real, &[("content-type", "application/json")], b"{}").await;
        assert_eq!(refused.json::<()>().unwrap_err().code, Code::BadRequest, "{other} {path}");
    }
    let nowhere = server.send("GET", "/api/v1/nothing", &[], &[]).await;
    assert_eq!((nowhere.status, nowhere.json::<()>().unwrap_err().code), (404, Code::NotFound));
}

#[tokio::test]
async fn the_server_says_that_it_lives_and_works() {
    let server = Server::start().await;
    assert_eq!(server.send("GET", "/healthz", &[], &[]).await.body, b"ok\n");
    assert_eq!(server.send("GET", "/readyz", &[], &[]).await.body, b"ready\n");
    let limits: serde_json::Value = server.get("/api/v1/limits").await.unwrap();
    assert_eq!(limits.as_array().unwrap().len(), beseda_model::LIMITS.table().len());
    let openapi: serde_json::Value = server.get("/api/v1/openapi.json").await.unwrap();
    assert_eq!(openapi, serde_json::from_str::<serde_json::Value>(&beseda_server::openapi()).unwrap());
}
