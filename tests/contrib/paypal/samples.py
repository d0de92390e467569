"""What the contract suite needs to boot the plugin: keys, which are not used."""

SETTINGS = {
    "paypal": {"client_id": "sample", "client_secret": "sample", "return_url": "https://shop.example/paid"}
}
